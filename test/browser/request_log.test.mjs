// A team switches its request log on, sees a call arrive, filters the log, and opens the call in Try it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { developer, eventually, lookAt, openPage, signIn, usePortal } from "./portal.mjs";

const { portal, browser } = usePortal();

async function keyFor(page) {
  await page.goto(`${portal.portal}/apis/parcels/2/key`);
  await page.getByLabel("Application name").fill("Logged");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("heading", { name: "Copy your new key" }).waitFor();
  return /API_KEY=(pk_[a-z]+_[\w-]{49})/.exec(await page.locator("body").textContent())[1];
}

test("a call is in the log while the page is open, and opens in Try it", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  const key = await keyFor(page);
  const call = (path) => fetch(portal.gateway + path, { headers: { "X-Api-Key": key } });
  await call("/parcels/v2/status");
  await page.goto(`${portal.portal}/usage/log`);
  await page.getByText("The request log is off").waitFor();
  await lookAt(page, "request-log-off");
  await page.getByRole("link", { name: "Switch on" }).click();
  await lookAt(page, "request-log-switch");
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByText("Request log switched on.").waitFor();
  await lookAt(page, "team-with-log");
  await page.getByRole("link", { name: "Open the log" }).click();
  await page.getByText("No calls yet").waitFor();

  await eventually(async () => { // the gateway hears of the log within a second
    await call("/parcels/v2/status?secret=canary");
    await page.getByRole("row", { name: /\/status/ }).first().waitFor({ timeout: 10_000 });
  });
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await call("/parcels/v2/parcels/prc_nowhere");
  const row = page.getByRole("row", { name: /prc_nowhere/ });
  await row.waitFor();
  assert.match(await page.getByRole("row").nth(1).innerText(), /prc_nowhere/, "the newest call is not the first");
  assert.doesNotMatch(await page.content(), /canary/);
  assert.ok(!(await page.content()).includes(key), "the key is on the page");
  await lookAt(page, "request-log");

  await page.getByText("Filter", { exact: true }).click();
  await page.getByLabel("Status", { exact: true }).selectOption("errors");
  await page.getByRole("button", { name: "Apply filters" }).click();
  await page.getByText("Status is 4xx or 5xx").waitFor();
  assert.equal(await page.getByRole("row", { name: /\/status/ }).count(), 0);
  await lookAt(page, "request-log-filtered");
  await page.getByRole("row", { name: /prc_nowhere/ }).getByRole("link").click();
  await page.getByRole("link", { name: "Open in Try it" }).waitFor();
  await lookAt(page, "logged-call");
  await page.getByRole("link", { name: "Open in Try it" }).click();
  await page.locator(".try-form").waitFor();
  assert.equal(await page.locator(".try-field", { has: page.locator(`code:text-is("parcelId")`) }).locator("input").first().inputValue(), "prc_nowhere");
  assert.deepEqual(wrong, []);
});

test("the log can be read without scripts, and staff see it while it is on", async () => {
  const { page } = await openPage(browser, portal, { javaScriptEnabled: false });
  await signIn(page, portal, developer);
  await page.goto(`${portal.portal}/usage/log?q=prc_nowhere`);
  assert.equal(await page.getByRole("row", { name: /prc_nowhere/ }).count(), 1);
  const staff = await openPage(browser, portal);
  await signIn(staff.page, portal, "staff@demo.example");
  await staff.page.goto(`${portal.portal}/staff/teams`);
  await staff.page.getByRole("link", { name: "Acme", exact: true }).click();
  await staff.page.getByRole("link", { name: "Open the log" }).click();
  await staff.page.getByRole("row", { name: /prc_nowhere/ }).waitFor();
  await lookAt(staff.page, "staff-request-log");
  const other = await openPage(browser, portal);
  await signIn(other.page, portal, "other@demo.example");
  await page.getByRole("row", { name: /prc_nowhere/ }).getByRole("link").click();
  assert.equal((await other.page.goto(page.url())).status(), 404);
});
