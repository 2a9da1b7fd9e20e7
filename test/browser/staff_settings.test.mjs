// An admin changes the settings of the portal: previewed, rejected, saved, seen by visitors. Hostile pictures are
// harmless.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { once } from "node:events";
import { createServer } from "node:http";
import { eventually, lookAt, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";

const hostile = (elsewhere) => `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20" onload="alert(1)">
  <script>alert(2); fetch("${elsewhere}/")</script>
  <style>@import url(${elsewhere}/style.css);</style>
  <image href="${elsewhere}/picture.png" width="9" height="9"/>
  <foreignObject width="80" height="20"><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="alert(3)"/><iframe src="${elsewhere}/"/></body></foreignObject>
  <a href="javascript:alert(4)"><rect id="bar" width="80" height="20" fill="#0b57a4"/></a>
</svg>`;

let elsewhere;
const reached = []; // requests that the hostile picture caused
const listener = createServer((request, answer) => {
  reached.push(request.url);
  answer.end();
});
const { portal, browser } = usePortal({}, async () => {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  elsewhere = `http://127.0.0.1:${listener.address().port}`;
});
after(() => listener.close());

const accent = (page) => page.locator(".preview [data-theme=light]").evaluate((at) => getComputedStyle(at).getPropertyValue("--accent"));

test("an admin changes how the portal looks", async () => {
  const { page, wrong } = await openPage(browser, portal);
  const visitor = await openPage(browser, portal);
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/settings`);
  await lookAt(page, "settings");

  await page.getByLabel("Portal name").fill("Northwind <b>APIs</b>");
  await page.getByLabel("Accent colour, light theme").fill("#ffcc00");
  await page.locator("#light_color-accent").filter({ hasText: /1\.5:1 on white\. Links will use #[0-9a-f]{6}\./ }).waitFor();
  await page.getByLabel("Accent colour, light theme").fill("yellow");
  await page.locator(".preview .refused").waitFor();
  assert.match(await page.locator(".preview").innerText(), /Northwind <b>APIs<\/b>/);
  assert.match(await page.locator(".preview .refused").innerText(), /must be written as #rrggbb/);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.locator("#light_color-refused").waitFor();
  await lookAt(page, "settings-refused");

  await page.getByLabel("Accent colour, light theme").fill("#7a1fa2");
  await eventually(async () => assert.equal(await accent(page), "#7a1fa2"));
  await visitor.page.goto(`${portal.portal}/sign-in`);
  assert.doesNotMatch(await visitor.page.title(), /Northwind/);
  await page.getByLabel("Accent colour, dark theme").fill("#e1a5f5");
  await page.getByLabel("Terms of use").fill("Be kind.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Settings saved").waitFor();

  await visitor.page.reload();
  assert.match(await visitor.page.title(), /Northwind <b>APIs<\/b>$/);
  const button = visitor.page.getByRole("button", { name: "Sign in" });
  assert.equal(await button.evaluate((at) => getComputedStyle(at).backgroundColor), "rgb(122, 31, 162)");
  await lookAt(visitor.page, "sign-in-branded");
  await visitor.page.getByRole("link", { name: "Terms of use" }).click();
  await lookAt(visitor.page, "terms");
  assert.deepEqual([...wrong, ...visitor.wrong], []);
});

test("the save bar counts unsaved changes", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/settings`);
  const unsaved = page.locator("[data-unsaved]");
  const discard = page.getByRole("link", { name: "Discard" });
  assert.equal(await unsaved.innerText(), "");
  assert.equal(await discard.isVisible(), false);
  await page.getByLabel("Headline").fill("Ship from your own code");
  await eventually(async () => assert.equal(await unsaved.innerText(), "1 unsaved change"));
  await page.getByLabel("Public portal").click();
  await page.getByLabel("No one. Staff add people").check();
  await page.getByLabel("Partner host").fill("x");
  const counted = await unsaved.innerText();
  assert.match(counted, /^[34] unsaved changes$/);
  await page.getByLabel("Partner host").fill("");
  assert.equal(Number.parseInt(await unsaved.innerText()), Number.parseInt(counted) - 1);
  assert.ok(await page.getByRole("button", { name: "Save changes" }).evaluate((at) => at.getBoundingClientRect().bottom <= innerHeight), "the save bar is in view");
  await lookAt(page, "settings-unsaved");
  await discard.click();
  await page.waitForLoadState();
  assert.equal(await page.getByLabel("Headline").inputValue(), "");
  await page.getByLabel("Headline").fill("Ship from your own code");
  await page.keyboard.press("Control+s");
  await page.getByText("Settings saved").waitFor();
  const visitor = await openPage(browser, portal);
  await visitor.page.goto(`${portal.portal}/`);
  await visitor.page.getByRole("heading", { name: "Ship from your own code" }).waitFor();
  assert.deepEqual([...wrong, ...visitor.wrong], []);
});

test("without scripts, the preview is a page", async () => {
  const { page, wrong } = await openPage(browser, portal, { javaScriptEnabled: false });
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/settings`);
  await page.getByLabel("Portal name").fill("Only looked at");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.locator(".preview").filter({ hasText: "Only looked at" }).waitFor();
  await page.goto(`${portal.portal}/`);
  assert.doesNotMatch(await page.title(), /Only looked at/);
  assert.deepEqual(wrong, []);
});

test("a hostile logo is shown and does nothing", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/settings`);
  const file = { name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from(hostile(elsewhere)) };
  await page.getByLabel("Logo", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Upload logo" }).click();
  await page.getByText("Picture saved.").waitFor();
  await page.getByLabel("Cover", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Upload cover" }).click();
  await page.getByRole("button", { name: "Remove cover" }).waitFor();
  await lookAt(page, "settings-logo");
  await page.goto(`${portal.portal}/`);
  await lookAt(page, "home-cover");
  const logo = page.locator(".brand img");
  assert.ok(await logo.evaluate((at) => at.complete && at.naturalWidth > 0), "the logo is drawn");
  const address = await logo.evaluate((at) => at.src);
  assert.deepEqual(wrong, []);

  const opened = await openPage(browser, portal);
  await opened.page.goto(address);
  await opened.page.locator("#bar").click();
  await opened.page.waitForLoadState("networkidle");
  const tried = /^(policy|request): /; // the browser blocked these: nothing was reached
  assert.deepEqual(opened.wrong.filter((what) => !tried.test(what)), [], "opened directly");
  assert.deepEqual(reached, []);

  await page.goto(`${portal.portal}/staff/settings`);
  await page.getByRole("button", { name: "Remove logo" }).click();
  await page.getByText("Picture removed.").waitFor();
  assert.equal(await page.locator(".brand img").count(), 0);
  assert.deepEqual(wrong, []);
});

test("members see none of these pages", async () => {
  const { page } = await openPage(browser, portal);
  await signIn(page, portal);
  const answer = await page.goto(`${portal.portal}/staff/settings`);
  assert.equal(answer.status(), 403);
  assert.equal(await page.getByRole("link", { name: "Staff" }).count(), 0);
});
