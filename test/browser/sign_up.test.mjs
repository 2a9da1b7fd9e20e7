// New users sign up, verify their address, choose a password and wait for approval. They forget the password and choose
// another. Mail goes to the test's own server.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startMailbox } from "./mailbox.mjs";
import { developer, lookAt, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const newcomer = "grace@hopper.example";
const hers = "a ship in port is safe";

let mailbox;
const { portal, browser } = usePortal(async () => {
  mailbox = await startMailbox();
  return { settings: { PORTICO_SMTP_URL: mailbox.url } };
});
after(() => mailbox?.stop());

const main = (page) => page.locator("main").innerText();
const notice = (page) => page.locator(".note[role=status]").innerText();

async function visitAs(email) {
  const visit = await openPage(browser, portal);
  await signIn(visit.page, portal, email);
  return visit;
}

async function linkTo(address) {
  const text = await mailbox.next(address);
  const [link] = new RegExp(`${portal.portal}/\\S+`).exec(text);
  return link;
}

async function choose(page, password) {
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Set password" }).click();
}

async function tryToSignIn(page, email, password) {
  await page.goto(`${portal.portal}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function letSignUp(page, mode, domains) {
  await page.goto(`${portal.portal}/staff/settings`);
  await page.locator(`input[name=sign_up][value=${mode}]`).check();
  await page.getByLabel("Allowed email domains").fill(domains);
  await page.getByRole("button", { name: "Save changes" }).click();
  assert.match(await notice(page), /saved/i);
}

test("without sign-up, the page says whom to ask", async () => {
  const { page, context, wrong } = await openPage(browser, portal);
  await page.goto(`${portal.portal}/sign-in`);
  assert.equal(await page.getByRole("link", { name: "Sign up" }).count(), 0);
  const answer = await page.goto(`${portal.portal}/sign-up`);
  assert.equal(answer.status(), 403);
  assert.match(await main(page), /Sign-up is off on this portal\. Ask /);
  await lookAt(page, "sign-up-off");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a new user signs up, verifies the address, chooses a password, is approved and signs in", async () => {
  const admin = await visitAs(staff);
  await letSignUp(admin.page, "approval", "Hopper.example");
  await lookAt(admin.page, "settings");

  const { page, context, wrong } = await openPage(browser, portal);
  await page.goto(`${portal.portal}/sign-in`);
  await lookAt(page, "sign-in");
  await page.getByRole("link", { name: "Sign up" }).click();
  await page.getByLabel("Email").fill("eve@elsewhere.example");
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByRole("button", { name: "Sign up" }).click();
  assert.match(await main(page), /must be an address of hopper\.example/);
  assert.equal(await page.getByLabel("Name").inputValue(), "Grace Hopper", "the form keeps the typed values");
  await lookAt(page, "sign-up");
  await page.getByLabel("Email").fill(newcomer);
  await page.getByLabel("Email").press("Enter");
  assert.match(await notice(page), /Check your email/);

  const link = await linkTo(newcomer);
  await page.goto(link);
  await page.reload(); // as mail scanners do
  assert.match(await main(page), /Confirm that grace@hopper\.example is yours/);
  await lookAt(page, "verify");
  await page.getByRole("button", { name: "Confirm address" }).click();
  await lookAt(page, "reset");
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Set password" }).click();
  assert.match(await main(page), /at least 12 characters/);
  await choose(page, hers);
  assert.match(await notice(page), /We'll email you when your sign-up is approved/);
  await tryToSignIn(page, newcomer, hers);
  assert.match(await main(page), /waits for the portal's staff/);
  assert.equal((await page.goto(link)).status(), 404, "the link works once");
  assert.equal(await page.getByRole("link", { name: "Get a new link" }).count(), 1);
  await lookAt(page, "link-used");

  await admin.page.goto(`${portal.portal}/staff/people`);
  await lookAt(admin.page, "people");
  await admin.page.getByRole("link", { name: "1 sign-up is waiting for approval" }).click();
  await admin.page.getByRole("link", { name: "Grace Hopper" }).click();
  await lookAt(admin.page, "pending-person");
  await admin.page.getByRole("link", { name: "Reject" }).click();
  await lookAt(admin.page, "reject");
  await admin.page.getByRole("link", { name: "Cancel" }).click();
  await admin.page.getByRole("button", { name: "Approve" }).click();
  assert.match(await notice(admin.page), /approved/);
  assert.match(await mailbox.next(newcomer), /is approved\. You can sign in now\./);

  await tryToSignIn(page, newcomer, hers);
  await page.waitForURL(`${portal.portal}/`);
  await page.goto(`${portal.portal}/team`);
  assert.match(await main(page), /^Grace Hopper[^]*Owner/, "she owns her own team");
  assert.deepEqual([...wrong, ...admin.wrong], []);
  await Promise.all([context.close(), admin.context.close()]);
});

test("resetting a forgotten password ends all sessions", async () => {
  const earlier = await visitAs(developer);
  const { page, context, wrong } = await openPage(browser, portal);
  await page.goto(`${portal.portal}/sign-in`);
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await lookAt(page, "forgot");
  await page.getByLabel("Email").fill(developer);
  await page.getByLabel("Email").press("Enter");
  assert.match(await notice(page), /If there's an account/);
  await page.goto(await linkTo(developer));
  await choose(page, "quite another password");
  await page.waitForURL(`${portal.portal}/`);
  await page.getByText(`Account menu for ${developer}`).waitFor({ state: "attached" });
  await earlier.page.goto(`${portal.portal}/profile`);
  assert.equal(new URL(earlier.page.url()).pathname, "/sign-in");
  assert.deepEqual([...wrong, ...earlier.wrong], []);
  await Promise.all([context.close(), earlier.context.close()]);
});

test("added and invited people get a mail with a link", async () => {
  const { page, context, wrong } = await visitAs(staff);
  await page.goto(`${portal.portal}/staff/people/new`);
  await page.getByLabel("Email").fill("ada@demo.example");
  await page.getByRole("textbox", { name: "Team" }).fill("Acme");
  await page.getByRole("button", { name: "Add person" }).click();
  await lookAt(page, "link");
  await page.getByRole("button", { name: "Email a link" }).click();
  assert.match(await notice(page), /Set-up link sent/);
  const guest = await openPage(browser, portal);
  await guest.page.goto(await linkTo("ada@demo.example"));
  await choose(guest.page, hers);

  await page.goto(`${portal.portal}/staff/teams?q=acme`);
  await page.locator("tbody").getByRole("link", { name: "Acme" }).click();
  await page.getByRole("link", { name: "Invite" }).click();
  await page.getByLabel("Email").fill("new@demo.example");
  await page.getByLabel("Email").press("Enter");
  assert.match(await notice(page), /Invitation sent/);
  await guest.page.goto(await linkTo("new@demo.example"));
  await choose(guest.page, hers);
  await guest.page.waitForURL(`${portal.portal}/`);
  await guest.page.goto(`${portal.portal}/team`);
  assert.match(await main(guest.page), /^Acme/, "the invitation was accepted with the link");
  assert.deepEqual([...wrong, ...guest.wrong], []);
  await Promise.all([context.close(), guest.context.close()]);
});
