// A developer without a key gets one in a few clicks and calls the API with it in a shell. The key is shown once, in a
// dialog that asks before it closes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { assertFitsWidth, developer, eventually, findBarriers, lookAt, openPage, signIn, usePortal } from "./portal.mjs";

const mostClicks = 6;
const { portal, browser } = usePortal();

// shellStatus runs a copied line in a shell and returns the status of the response.
const shellStatus = (line) => execFileSync("sh", ["-c", `${line} -sS -o /dev/null -w '%{http_code}'`], { encoding: "utf8" });

// createKey fills in the form of a version for a new application and waits for its key.
async function createKey(page, name, version = "2") {
  await page.goto(`${portal.portal}/apis/parcels/${version}/key`);
  await page.getByLabel("Application name").fill(name);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("heading", { name: "Copy your new key" }).waitFor();
}

test(`from Home to a call in a shell in ${mostClicks} clicks`, async () => {
  const { page, context, wrong } = await openPage(browser, portal);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, portal, developer);
  let clicks = 0;
  const click = async (target) => {
    clicks++;
    await target.click();
  };
  await click(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "APIs" }));
  await click(page.getByRole("main").getByRole("link", { name: "Parcels", exact: true }));
  await click(page.getByRole("main").getByRole("link", { name: "Get a key", exact: true }).first());
  await page.getByLabel("Application name").fill("First call");
  await click(page.getByRole("button", { name: "Create key" }));
  await page.getByText(".env", { exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download .env" }).click()]);
  assert.equal(file.suggestedFilename(), "api-key.env");
  assert.match(await readFile(await file.path(), "utf8"), /^API_KEY=\S+\n$/);
  await page.getByText("Copied to your clipboard").waitFor();
  await click(page.getByText("curl", { exact: true }));
  await click(page.getByRole("button", { name: "Copy: curl" }));
  await page.getByText("Copied to your clipboard").waitFor();
  const line = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(line, /^curl /);
  assert.equal(shellStatus(line), "200");
  assert.ok(clicks <= mostClicks, `${clicks} clicks, want at most ${mostClicks}`);
  assert.deepEqual(wrong, []);
});

test("the dialog of a new key keeps the focus and asks before it closes", async () => {
  const { page, context, wrong } = await openPage(browser, portal);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, portal, developer);
  await createKey(page, "Dialog");
  const dialog = page.getByRole("dialog", { name: "Copy your new key" });
  const asks = page.getByText("You haven't copied it yet.");
  await page.getByRole("button", { name: "Copy: Key" }).and(page.locator(":focus")).waitFor();
  await page.getByRole("heading", { name: "Dialog", includeHidden: true }).waitFor(); // the application's page behind it
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null), "the focus leaves the dialog");
  }
  await page.keyboard.press("Escape");
  await asks.waitFor();
  assert.deepEqual(await findBarriers(page), [], "while it asks");
  await page.keyboard.press("Escape");
  await eventually(async () => assert.ok(await dialog.isVisible() && await page.evaluate(() => document.querySelector("dialog").matches(":modal"))));
  if (await asks.isVisible()) {
    await page.getByRole("button", { name: "Keep open" }).click();
  }
  await page.mouse.click(5, 400);
  await asks.waitFor();
  await page.getByRole("button", { name: "Keep open" }).click();
  await lookAt(page, "secret-dialog");
  const key = await page.locator("[data-secret]").textContent();
  await page.getByRole("button", { name: "Copy: Key" }).click();
  await page.getByText("Copied to your clipboard").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  await page.keyboard.press("Escape");
  await page.waitForURL("**/applications/*");
  await page.locator("#keys:focus").waitFor();
  await page.getByRole("row", { name: /^Unnamed/ }).waitFor();
  assert.ok(!(await page.content()).includes(key), "the key is shown again");
  assert.deepEqual(wrong, []);
});

test("without scripts the key is on a page", async () => {
  const { page } = await openPage(browser, portal, { javaScriptEnabled: false });
  await signIn(page, portal, developer);
  await createKey(page, "No scripts");
  await page.getByText("curl", { exact: true }).click();
  const line = await page.locator(".tab-panel code", { hasText: "curl" }).textContent();
  assert.equal(shellStatus(line), "200");
  await assertFitsWidth(page, 1280);
  await page.getByRole("link", { name: "Done" }).click();
  await page.getByRole("heading", { name: "No scripts" }).waitFor();
});

test("an application that calls the version gets another key, and a taken name is refused", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  await createKey(page, "Taken");
  await page.goto(`${portal.portal}/apis/parcels/2/key`);
  await page.getByLabel("Application name").fill("taken");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByText("Application name is taken.").waitFor();
  await lookAt(page, "get-key-refused");
  await page.getByLabel("Application", { exact: true }).selectOption({ label: "Taken (calls it already)" });
  assert.equal(await page.getByLabel("Application name").isVisible(), false);
  await page.getByLabel("Key name").fill("Another");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByText("Another").first().waitFor();
  assert.deepEqual(wrong, []);
});

test("a plan that staff approve asks for the reason", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  await page.goto(`${portal.portal}/apis/parcels/2/key`);
  await page.getByRole("navigation", { name: "Version" }).getByRole("link", { name: "Parcels 1" }).click();
  await page.getByRole("heading", { name: "Request access to Parcels 1" }).waitFor();
  await lookAt(page, "request-access");
  await page.getByLabel("Application name").fill("Old client");
  await page.getByLabel("Purpose").fill("It cannot move yet.");
  await page.getByRole("button", { name: "Send request" }).click();
  await page.getByText("Request sent. We'll email you when it's decided.").waitFor();
  await page.getByText("Purpose: It cannot move yet.").waitFor();
  assert.deepEqual(wrong, []);
});

test("an application can start with an API and its key", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  await page.goto(`${portal.portal}/applications/new`);
  await lookAt(page, "application-new");
  await page.getByLabel("Name", { exact: true }).fill("Started");
  await page.getByLabel("API and plan").selectOption({ label: "Tracking 1, Tracking, self-service, production" });
  await page.getByRole("button", { name: "Create application" }).click();
  await page.getByRole("heading", { name: "Copy your new key" }).waitFor();
  await page.getByRole("link", { name: "Done" }).click();
  await page.getByRole("heading", { name: "Started" }).waitFor();
  assert.deepEqual(wrong, []);
});

test("Create key in Try it leads to the form of the version", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, "other@demo.example");
  await page.goto(`${portal.portal}/apis/parcels/2/operations/get-status`);
  await page.locator("[data-open-try]").first().click();
  await page.locator("[data-try-form]").getByRole("link", { name: "Create key" }).click();
  await page.getByRole("heading", { name: "Get a key for Parcels 2" }).waitFor();
  assert.deepEqual(wrong, []);
});
