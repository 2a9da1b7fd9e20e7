// The whole path of a new user: they sign up, are approved, verify their address, choose a password, create an
// application, register it, are approved and call the API. Staff then suspend it, and calls are rejected.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startMailbox } from "./mailbox.mjs";
import { openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const newcomer = { name: "Ada Byron", email: "ada@engines.example", password: "weaves algebraical patterns" };

let mailbox;
const { portal, browser } = usePortal(async () => {
  mailbox = await startMailbox();
  return { settings: { PORTICO_SMTP_URL: mailbox.url } };
});
after(() => mailbox?.stop());

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name }).first().click();
const says = (page, text) => page.getByText(text).first().waitFor();

async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
}

async function call(key) {
  return (await fetch(`${portal.gateway}/parcels/v1/status`, { headers: { "X-Api-Key": key } })).status;
}

async function openPortalToNewcomers(office) {
  await office.goto(`${portal.portal}/staff/settings`);
  await office.getByLabel("Anyone, after staff approve").check();
  await press(office, "Save changes");
  await says(office, "Settings saved");
}

// comeIn verifies the address, chooses a password and signs in.
async function comeIn(page, office) {
  await page.goto(`${portal.portal}/sign-up`);
  await fill(page, { "Email": newcomer.email, "Name": newcomer.name });
  await press(page, "Sign up");
  await says(page, "Check your email");
  const [link] = new RegExp(`${portal.portal}/\\S+`).exec(await mailbox.next(newcomer.email));

  await office.goto(`${portal.portal}/staff/people?q=${newcomer.name}`);
  await follow(office, newcomer.name);
  await press(office, "Approve");
  assert.match(await mailbox.next(newcomer.email), /is approved/);

  await page.goto(link);
  await press(page, "Confirm address");
  await fill(page, { "Password": newcomer.password });
  await press(page, "Set password");
  await page.waitForURL(`${portal.portal}/`);
}

// register creates an application with a key and registers it for version 1, which staff must approve.
async function register(page) {
  await page.goto(`${portal.portal}/applications/new`);
  await fill(page, { "Name": "Engine" });
  await press(page, "Create application");
  await fill(page, { "Key name": "Mill" });
  await press(page, "Create key");
  const key = await page.locator("[data-secret]").textContent();
  await page.goto(`${portal.portal}/apis/parcels/1`);
  await says(page, "Your team has no access to this version.");
  await follow(page, "Request access");
  await page.getByLabel("Application", { exact: true }).selectOption({ label: "Engine" });
  await press(page, "Send request");
  await says(page, "Request sent");
  await page.goto(`${portal.portal}/apis/parcels/1`);
  await page.getByRole("region", { name: "Your access" }).getByText("Waiting for approval").waitFor();
  return key;
}

test("from signing up to a call, and to its rejection", async () => {
  const { page, wrong } = await openPage(browser, portal);
  const { page: office, wrong: wrongInOffice } = await openPage(browser, portal);
  await signIn(office, portal, staff);
  await openPortalToNewcomers(office);
  await comeIn(page, office);
  const key = await register(page);
  assert.equal(await call(key), 401, "a key works before approval");

  await office.goto(`${portal.portal}/staff/requests?state=pending`);
  await follow(office, "Parcels 1, on request");
  await office.getByRole("heading", { name: /asks for Parcels 1, on request/ }).waitFor();
  await office.locator("#reason").fill("Welcome.");
  await press(office, "Approve");
  assert.match(await mailbox.next(newcomer.email), /Engine has access to Parcels 1[^]*Welcome\./);
  assert.equal(await call(key), 200);

  await office.goto(`${portal.portal}/staff/subscriptions?q=Engine`);
  await office.locator("table.things").getByRole("link", { name: "Parcels 1, on request" }).click();
  await follow(office, "Suspend");
  await press(office, /^Suspend /);
  await says(office, "Suspended. Its keys don't work");
  assert.equal(await call(key), 401);
  assert.deepEqual([...wrong, ...wrongInOffice], []);
});
