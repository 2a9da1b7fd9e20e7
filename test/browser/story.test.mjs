// The main path: sign in, show and copy the key, call the API with it, see the call counted, change keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { developer, eventually, openPage, password, signIn, usePortal } from "./portal.mjs";

const { portal, browser } = usePortal();

const panel = (page) => page.locator("article", { has: page.getByRole("heading", { name: "Acme Production" }) });
const line = (page, name) => panel(page).locator("[data-key]", { has: page.getByRole("heading", { name }) });

async function show(page, name) {
  const key = line(page, name);
  await key.getByRole("button", { name: "Show" }).click();
  return key.locator("[data-secret]").textContent();
}

function call(key) {
  return fetch(`${portal.gateway}/parcels/v2/status`, { headers: { "X-Api-Key": key } });
}

async function callsToday(page) {
  await page.goto(`${portal.portal}/profile`);
  return Number.parseInt(await panel(page).locator("[data-calls-today]").textContent(), 10);
}

test("from signing in to changing a key", async () => {
  const { page, context, wrong } = await openPage(browser, portal);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${portal.portal}/profile`);
  assert.equal(new URL(page.url()).pathname, "/sign-in", "a visitor is redirected to the sign-in page");
  await page.getByLabel("Email").fill(developer);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${portal.portal}/profile`);

  const masked = await line(page, "Primary key").locator("[data-key-value]").innerText();
  assert.match(masked, /•/, "keys are masked");
  const primary = await show(page, "Primary key");
  assert.ok(primary.length >= 32, "the whole key is shown");

  const copyButton = line(page, "Primary key").getByRole("button", { name: "Copy" });
  await copyButton.click();
  await page.getByText("Copied to the clipboard.").waitFor({ state: "attached" });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), primary);

  await line(page, "Primary key").getByRole("button", { name: "Hide" }).click();
  assert.equal(await page.locator("[data-secret]").count(), 0, "the second click removes the key from the page");
  const secondaryLine = line(page, "Secondary key");
  await secondaryLine.getByRole("button", { name: "Copy" }).click();
  await eventually(async () => {
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(copied !== primary && copied.length === primary.length, "a key can be copied without showing it");
  });
  const secondary = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(await page.locator("[data-secret]").count(), 0);

  const before = await callsToday(page);
  for (let i = 0; i < 3; i++) {
    assert.equal((await call(primary)).status, 200);
  }
  assert.equal((await call(secondary)).status, 200);
  assert.equal((await call("0".repeat(32))).status, 401);
  await eventually(async () => assert.equal(await callsToday(page), before + 4));
  assert.match(await line(page, "Primary key").innerText(), /Just now/);

  await line(page, "Primary key").getByRole("link", { name: "Regenerate" }).click();
  const warning = await page.locator("main").innerText();
  assert.match(warning, /stops working now/);
  assert.match(warning, /Last used\s+Just now/);
  assert.match(warning, /secondary key/);
  assert.equal((await call(primary)).status, 200, "asking for confirmation changes nothing");
  await page.getByRole("button", { name: "Regenerate primary key" }).click();
  await page.getByText("is replaced").waitFor();
  assert.equal((await call(primary)).status, 401, "the old key is rejected once the page has loaded");
  assert.equal((await call(secondary)).status, 200, "the other key goes on working");
  const replaced = await show(page, "Primary key");
  assert.notEqual(replaced, primary);
  assert.equal((await call(replaced)).status, 200);

  await page.locator("summary", { hasText: developer }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed out.").waitFor();
  await page.goto(`${portal.portal}/profile`);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  assert.deepEqual(wrong, []);
  for (const secret of [primary, secondary, replaced, password]) {
    assert.ok(!portal.log().includes(secret), "no secret is in the log");
  }
});

test("a revealed key is hidden after a while, and when the page is left", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await page.clock.install();
  await signIn(page, portal);
  await page.goto(`${portal.portal}/profile`);
  await show(page, "Secondary key");
  await page.clock.fastForward(29_000);
  assert.equal(await page.locator("[data-secret]").count(), 1);
  await page.clock.fastForward(2_000);
  assert.equal(await page.locator("[data-secret]").count(), 0);
  await show(page, "Secondary key");
  await page.evaluate(() => dispatchEvent(new Event("pagehide")));
  assert.equal(await page.locator("[data-secret]").count(), 0);
  assert.deepEqual(wrong, []);
});

test("without the clipboard, a key is shown and selected", async () => {
  const { page } = await openPage(browser, portal);
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await signIn(page, portal);
  await page.goto(`${portal.portal}/profile`);
  await line(page, "Secondary key").getByRole("button", { name: "Copy" }).click();
  await page.getByText("The text is selected", { exact: false }).waitFor({ state: "attached" });
  const secret = await line(page, "Secondary key").locator("[data-secret]").textContent();
  assert.equal(await page.evaluate(() => String(getSelection())), secret);
});

test("without scripts, everything works", async () => {
  const { page } = await openPage(browser, portal, { javaScriptEnabled: false });
  await signIn(page, portal);
  await page.goto(`${portal.portal}/profile`);
  assert.equal(await panel(page).getByRole("button", { name: "Copy" }).count(), 0, "controls that need scripts are not offered");
  await line(page, "Secondary key").getByRole("button", { name: "Show" }).click();
  const secret = (await page.locator("[data-secret]").textContent()).trim();
  assert.equal((await call(secret)).status, 200);
  await page.getByRole("link", { name: "Done" }).click();
  await page.getByRole("button", { name: "Dark" }).click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.equal(new URL(page.url()).pathname, "/profile");
  await page.locator("summary", { hasText: developer }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed out.").waitFor();
});

test("after the session has ended, showing a key leads to the sign-in page and back", async () => {
  const { page, context } = await openPage(browser, portal);
  await signIn(page, portal);
  await page.goto(`${portal.portal}/profile`);
  await context.clearCookies();
  await line(page, "Primary key").getByRole("button", { name: "Show" }).click();
  await page.waitForURL(`${portal.portal}/sign-in?return_to=%2Fprofile`);
});

test("the keyboard is enough to sign in and show a key", async () => {
  const { page, wrong } = await openPage(browser, portal);
  const press = async (wanted, keys = "Tab") => {
    for (let i = 0; i < 40; i++) {
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
      });
      if (focused === wanted) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, "none", `the focus is visible on ${wanted}`);
        return;
      }
      await page.keyboard.press(keys);
    }
    assert.fail(`the keyboard does not reach ${wanted}`);
  };
  await page.goto(`${portal.portal}/sign-in`);
  await page.locator("#email:focus").waitFor();
  await page.keyboard.type(developer);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${portal.portal}/`);
  await page.keyboard.press("Tab");
  await press("Skip to content");
  await press("Profile");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${portal.portal}/profile`);
  await press("Show primary key of Acme Production");
  await page.keyboard.press("Enter");
  await page.locator("[data-secret]").waitFor();
  await press("Hide primary key of Acme Production");
  await page.keyboard.press("Enter");
  await page.locator("[data-secret]").waitFor({ state: "detached" });
  assert.deepEqual(wrong, []);
});
