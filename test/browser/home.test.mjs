// The landing pages of visitors, members and staff: they fit every screen, axe finds nothing, and their links work.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, assertIconsDrawn, developer, findBarriers, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const { portal, browser } = usePortal();

async function look(page, path) {
  await page.goto(portal.portal + path);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [320, 390, 768, 1024, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await assertFitsWidth(page, width);
    }
    await assertIconsDrawn(page);
    assert.deepEqual(await findBarriers(page), [], `${path} in ${colorScheme}`);
  }
}

test("a visitor sees a request, chooses a language without scripts, and opens the operation", async () => {
  const { page, wrong } = await openPage(browser, portal, { javaScriptEnabled: false });
  await page.goto(`${portal.portal}/`);
  const panel = page.locator("#first-call");
  assert.equal(await panel.getByRole("button").filter({ visible: true }).count(), 0, "a button that needs scripts");
  assert.match(await panel.innerText(), /curl[^]*\/sandbox\/[^]*\b20[01] /);
  await panel.getByRole("link", { name: "Python" }).click();
  await page.waitForURL(/lang=python/);
  assert.match(await panel.innerText(), /urllib\.request/);
  await panel.locator(".ink-foot a").click();
  await page.waitForURL(/\/operations\//);
  assert.deepEqual(wrong, []);
});

test("the request is copied without its response", async () => {
  const { page, context, wrong } = await openPage(browser, portal);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${portal.portal}/?lang=curl`);
  await page.getByRole("button", { name: "Copy the request" }).click();
  await page.getByText("Copied to the clipboard.").waitFor({ state: "attached" });
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^curl [^]*\$PORTICO_KEY/);
  assert.doesNotMatch(copied, /valid_until/);
  await look(page, "/");
  assert.deepEqual(wrong, []);
});

test("a visitor runs the request and sees the real response", async () => {
  const { page, wrong } = await openPage(browser, portal);
  const issued = [];
  page.on("request", (request) => request.url().includes("/try/visitor-keys") && issued.push(request.method()));
  await page.goto(`${portal.portal}/`);
  const panel = page.locator("#first-call");
  const promised = await panel.locator(".first-answer").innerText();
  const operation = await panel.locator(".ink-foot a").getAttribute("href");
  for (let round = 0; round < 2; round++) {
    await panel.getByRole("button", { name: "Run" }).click();
    await panel.locator("[data-outcome='200']").waitFor();
    assert.match(await panel.locator(".ink-foot").innerText(), /200 OK\s+\d+ ms\s+Sandbox/);
    assert.match(await panel.locator("[data-body]").innerText(), /"prices": \[/);
  }
  assert.notEqual(await panel.locator(".first-answer").innerText(), promised);
  assert.equal(await panel.locator(".ink-foot a").getAttribute("href"), operation);
  assert.deepEqual(issued, ["POST"], "one key is enough for several calls");
  const stored = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href, document.body.innerHTML]));
  assert.doesNotMatch(stored, /pk_sand_/, "the key is in the page or in the browser's storage");
  await page.route("**/try/visitor-keys?**", (route) => route.fulfill({ status: 429, contentType: "text/html", body: "<p>Too many keys. Sign in instead.</p>" }));
  await page.reload();
  await panel.getByRole("button", { name: "Run" }).click();
  await panel.locator("[data-outcome='failed']").waitFor();
  assert.match(await panel.innerText(), /Not sent[^]*Too many keys\. Sign in instead\./);
  assert.deepEqual(await findBarriers(page), []);
  assert.deepEqual(wrong.filter((text) => !text.includes("429")), []);
});

test("a member reads what needs them, and staff what waits", async () => {
  const { page, context, wrong } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  await look(page, "/");
  await page.locator(".note").getByRole("link").click();
  await page.locator("h1").waitFor();
  await context.close();

  const { page: office, wrong: wrongInOffice } = await openPage(browser, portal);
  await signIn(office, portal, staff);
  await look(office, "/");
  await look(office, "/staff");
  assert.deepEqual([...wrong, ...wrongInOffice], []);
});
