// The main paths in a browser without scripts: a developer gets a key and asks for access; staff decide and change a setting.
import assert from "node:assert/strict";
import { test } from "node:test";
import { developer, eventually, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const { portal, browser } = usePortal();

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name }).first().click();
const says = (page, text) => page.getByText(text).first().waitFor();

async function withoutScripts(email) {
  const { page } = await openPage(browser, portal, { javaScriptEnabled: false });
  await signIn(page, portal, email);
  return page;
}

test("a developer finds an API, gets a key and calls with it", async () => {
  const page = await withoutScripts(developer);
  await page.getByRole("navigation").getByRole("link", { name: "APIs" }).first().click();
  await page.locator("main").getByRole("link", { name: "Parcels" }).first().click();
  await page.locator("main a[href='/apis/parcels/2']").first().click();
  await page.locator("main a[href='/apis/parcels/2/key']").first().click();
  await page.getByLabel("Application name").fill("Plain");
  await press(page, "Create key");
  await page.getByRole("heading", { name: "Copy your new key" }).waitFor();
  const key = (await page.locator("[data-secret]").first().textContent()).trim();
  await follow(page, "Done");
  await page.getByRole("heading", { name: "Plain" }).waitFor();
  await eventually(async () => {
    const calls = ["/parcels/v2/status", "/parcels/sandbox/v2/status"].map((path) => fetch(portal.gateway + path, { headers: { "X-Api-Key": key } }));
    assert.ok((await Promise.all(calls)).some(({ ok }) => ok), "the key works in one of the environments");
  });
});

test("a developer asks for access, and staff approve", async () => {
  const page = await withoutScripts(developer);
  await page.goto(`${portal.portal}/apis/parcels/1/key`);
  await page.getByLabel("Application name").fill("Asks plainly");
  await page.getByLabel("Purpose").fill("It cannot move yet.");
  await press(page, "Send request");
  await says(page, "Request sent.");

  const office = await withoutScripts(staff);
  await office.goto(`${portal.portal}/staff/requests`);
  await office.locator(".ask a").last().click();
  await says(office, "It cannot move yet.");
  await office.locator("#reason").fill("Welcome.");
  await press(office, "Approve");
  await office.goto(`${portal.portal}/staff/subscriptions?q=Asks+plainly`);
  await office.locator("table.things").getByText("Active").first().waitFor();
});

test("staff change a setting", async () => {
  const office = await withoutScripts(staff);
  await office.goto(`${portal.portal}/staff/settings`);
  await office.getByLabel("Portal name").fill("Plain portal");
  await press(office, "Save changes");
  await says(office, "Settings saved");
  await office.goto(portal.portal);
  assert.match(await office.title(), /Plain portal/);
});
