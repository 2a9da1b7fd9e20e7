// Staff suspend a subscription and revoke a leaked key in a browser. Members see none of these pages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, developer, eventually, findBarriers, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const { portal, browser } = usePortal();

// row returns the row of a subscription with a pair of keys.
const row = (page) => page.locator("table.things tbody tr", { hasText: "Acme Production" });

test("staff change a subscription and revoke a leaked key", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/subscriptions`);
  await row(page).getByRole("link").first().click();
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  const subscription = page.url();
  await page.getByRole("link", { name: "Suspend" }).click();
  await page.getByText("Calls today").waitFor();
  await page.getByLabel("Reason").fill("Unusual traffic");
  await page.getByRole("button", { name: "Suspend" }).click();
  await page.getByText("Suspended. Its keys don't work").waitFor();
  assert.ok(page.url().startsWith(subscription));
  await page.getByRole("link", { name: "Reinstate" }).click();
  await page.getByRole("button", { name: "Reinstate" }).click();
  await page.getByText("Reinstated.").waitFor();

  const prefix = (await page.locator("table.things code").first().textContent()).replace("…", "");
  await page.goto(`${portal.portal}/staff/keys`);
  await page.getByRole("link", { name: "Find a leaked key" }).click();
  await page.getByLabel("Leaked key or user name").fill(prefix);
  await page.getByRole("button", { name: "Find key" }).click();
  await page.getByRole("heading", { name: "Possible matches" }).waitFor();
  await page.locator("table.things").getByRole("link").first().click();
  await page.getByRole("link", { name: "Report as leaked" }).click();
  await page.getByLabel("Where it was found").fill("A public repository");
  await page.getByRole("button", { name: "as leaked" }).click();
  await page.getByText("We told the team's owners.").waitFor();
  assert.deepEqual(wrong, []);
});

test("every page is accessible", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, context, wrong } = await openPage(browser, portal, { colorScheme });
    await signIn(page, portal, staff);
    await page.goto(`${portal.portal}/staff/subscriptions`);
    const subscription = await row(page).getByRole("link").first().getAttribute("href");
    await page.goto(`${portal.portal}/staff/keys`);
    const key = await page.locator("table.things tbody a").first().getAttribute("href");
    const paths = [
      "/staff/requests", "/staff/subscriptions", "/staff/subscriptions/new", "/staff/keys", "/staff/keys/leaked",
      subscription, `${subscription}/plan`, `${subscription}/keys`, `${subscription}/revoke`, key, `${key}/rotate`,
    ];
    for (const path of paths) {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(portal.portal + path);
      assert.deepEqual(await findBarriers(page), [], path);
      await page.setViewportSize({ width: 375, height: 800 });
      await assertFitsWidth(page, 375);
      if (process.env.PORTICO_SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.PORTICO_SCREENSHOTS}/${path.replaceAll("/", "_").slice(0, 40)}-${colorScheme}.png` });
      }
    }
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

test("the inbox is worked through with the keyboard", async () => {
  const { page, wrong } = await openPage(browser, portal, { viewport: { width: 1280, height: 800 } });
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/requests?state=all`);
  const teams = page.locator(".ask a");
  assert.ok(await teams.count() > 2);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await eventually(async () => {
    const { pathname, search } = new URL(page.url());
    assert.equal(await teams.nth(1).getAttribute("href"), pathname + search, "the second request is beside the list");
  });
  await page.keyboard.press("x");
  await page.getByText("1 selected").waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press("r");
  await page.locator("#reason:focus").waitFor();
  const decides = await page.locator("form[data-decision]").getAttribute("action");
  const first = await page.locator("input[name=request]").first().inputValue();
  assert.ok(decides.includes(first), "r is about the row in focus");
  await page.keyboard.type("ajkx");
  assert.equal(await page.locator("#reason").inputValue(), "ajkx", "a field takes the keys");
  await page.locator(".ask a").first().focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  assert.deepEqual(await findBarriers(page), []);
  await page.getByLabel("Single-key shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await page.locator(".ask a").first().focus();
  await page.keyboard.press("f");
  assert.equal(await page.locator("[data-filter]:focus").count(), 0, "single keys are off");
  assert.deepEqual(wrong, []);
});

test("on a phone, and without scripts, a request opens in place of the list", async () => {
  const { page, wrong } = await openPage(browser, portal, { viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/requests?state=decided`);
  const second = page.locator(".ask a").nth(1);
  const team = await second.locator(".who").textContent();
  await second.click();
  await page.getByRole("heading", { name: new RegExp(`^${team} asks for`) }).waitFor();
  assert.equal(await page.locator(".ask:visible").count(), 0);
  await page.getByRole("link", { name: /Requests, 2 of \d+/ }).click();
  await second.waitFor();
  assert.equal(new URL(page.url()).search, "?state=decided", "the way back keeps the filters");
  assert.deepEqual(wrong, []);
});

test("a member sees none of these pages", async () => {
  const { page } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  assert.equal(await page.getByRole("link", { name: "Staff" }).count(), 0);
  for (const path of ["/staff/requests", "/staff/subscriptions", "/staff/keys", "/staff/keys/leaked"]) {
    assert.equal((await page.goto(portal.portal + path)).status(), 403, path);
  }
});
