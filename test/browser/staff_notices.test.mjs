// Notices by mail: staff are told of pending requests, developers of changes to their access.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startMailbox } from "./mailbox.mjs";
import { developer, lookAt, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
let mailbox;
const { portal, browser } = usePortal(async () => {
  mailbox = await startMailbox();
  return { settings: { PORTICO_SMTP_URL: mailbox.url } };
});
after(() => mailbox?.stop());

async function visitAs(email) {
  const visit = await openPage(browser, portal);
  await signIn(visit.page, portal, email);
  return visit;
}

async function register(page, version, application) {
  await page.goto(`${portal.portal}/applications?q=${application}`);
  await page.getByRole("link", { name: application, exact: true }).click();
  await page.getByRole("link", { name: "Add an API" }).click();
  await page.getByRole("link", { name: `Add Parcels ${version}` }).click();
  await page.getByRole("button", { name: /^(Add API|Send request)$/ }).click();
  await page.getByRole("heading", { name: application }).waitFor();
  await page.waitForURL("**/applications/*?done=*");
}

test("the requester gets a mail when staff suspend, reinstate or end access", async () => {
  const { page, wrong } = await visitAs(developer);
  await page.goto(`${portal.portal}/applications/new`);
  await page.getByLabel("Name").fill("Till");
  await page.getByRole("button", { name: "Create application" }).click();
  await page.getByText("Application created").waitFor();
  await register(page, "2", "Till");
  const application = page.url().split("?")[0];

  const office = await visitAs(staff);
  await office.page.goto(`${portal.portal}/staff/subscriptions?q=Till`);
  await office.page.locator("table.things tbody").getByRole("link").first().click();
  const change = async (action, button, said, reason, again) => {
    await office.page.getByRole("link", { name: action, exact: true }).click();
    await office.page.getByText("email the person who requested it").waitFor();
    if (reason) {
      await office.page.getByLabel("Reason").fill(reason);
      await lookAt(office.page, `staff-${action.toLowerCase()}`);
    }
    if (again) await office.page.getByLabel("The team can request it again").check();
    await office.page.getByRole("button", { name: button }).click();
    await office.page.getByText(said).waitFor();
    return mailbox.next(developer);
  };
  const suspended = await change("Suspend", /^Suspend /g, "Suspended. Its keys", "Unusual traffic");
  assert.match(suspended, /the access of Till to Parcels 2 is suspended\. Its calls are refused\.\s+Reason: Unusual traffic/);
  assert.ok(suspended.includes(`\n${application}\n`), "the mail leads to the application's page");
  assert.match(await change("Reinstate", /^Reinstate /, "Reinstated."), /works again\. Its calls are accepted again/);
  assert.match(await change("Revoke", /^Revoke /, "Revoked.", "Version 3 takes its place", true), /You can request access again/);

  await page.goto(application);
  const ended = page.getByRole("region", { name: "Revoked by staff" });
  await ended.getByText("Parcels 2").waitFor();
  assert.match(await ended.innerText(), /Revoked on .* You can request it again\.\s+Reason: Version 3 takes its place/);
  await lookAt(page, "application-ended");
  assert.deepEqual([...wrong, ...office.wrong], []);
});

test("staff get one mail about a pending request, and a decision without a selection is rejected", async () => {
  const { page, wrong } = await visitAs(developer);
  await register(page, "1", "Till");
  const application = page.url().split("?")[0];
  assert.match(await mailbox.next(staff), /Till, an application of Acme, requests access to Parcels 1 .* waits for your decision\.\s+http\S+\/staff\/requests\s/);

  const office = await visitAs(staff);
  await office.page.goto(`${portal.portal}/staff/requests?state=pending`);
  assert.equal(await office.page.getByRole("button", { name: "Reject selected" }).count(), 0, "nothing is selected yet");
  const acme = office.page.getByRole("checkbox", { name: /request of Acme for Parcels 1/ });
  await acme.check();
  await office.page.getByText("1 selected").waitFor();
  const message = office.page.getByRole("group", { name: "1 selected" }).getByRole("textbox");
  await message.fill("x".repeat(2001));
  await office.page.getByRole("button", { name: "Reject selected" }).click();
  await office.page.getByText("at most 2,000").first().waitFor();
  assert.equal(await message.inputValue(), "x".repeat(2001), "the message is kept");
  assert.ok(await acme.isChecked(), "the selection is kept");
  await lookAt(office.page, "requests-refused");
  await message.fill("Ask for version 2.");
  await office.page.getByRole("button", { name: "Reject selected" }).click();
  await office.page.getByRole("heading", { name: "Rejected", exact: true }).waitFor();
  const mail = await mailbox.next(developer);
  assert.match(mail, /Till did not get access to Parcels 1 .*\s+Ask for version 2\./);
  assert.ok(mail.includes(`\n${application}\n`), "the mail leads to the application's page");
  assert.deepEqual([...wrong, ...office.wrong], []);
});

test("a pending sign-up is shown to the new user, and staff are notified and see it counted", async () => {
  const office = await visitAs(staff);
  await office.page.goto(`${portal.portal}/staff/settings`);
  assert.ok(await office.page.getByLabel("Email approvers about new requests").isChecked());
  await office.page.getByLabel("Anyone, after staff approve").check();
  await office.page.getByRole("button", { name: "Save changes" }).click();
  await office.page.getByText("Settings saved").waitFor();
  await lookAt(office.page, "settings-staff-mail");

  const { page, wrong } = await openPage(browser, portal);
  await page.goto(`${portal.portal}/sign-up`);
  await page.getByLabel("Email").fill("grace@hopper.example");
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByText("Check your email").waitFor();
  await office.page.goto(`${portal.portal}/staff/people?q=hopper`);
  await office.page.getByText("Unconfirmed", { exact: true }).and(office.page.locator(".state")).waitFor();
  await lookAt(office.page, "people-unconfirmed");

  const [link] = /http\S+\/verify-email\S+/.exec(await mailbox.next("grace@hopper.example"));
  await page.goto(link);
  await page.getByRole("button", { name: "Confirm address" }).click();
  await page.getByText("before you can sign in").waitFor();
  await lookAt(page, "choose-waits");
  await page.getByLabel("Password").fill("a ship in port is safe");
  await page.getByRole("button", { name: "Set password" }).click();
  await page.getByRole("status").getByText("We'll email you when your sign-up is approved").waitFor();
  await page.getByLabel("Email").fill("grace@hopper.example");
  await page.getByLabel("Password").fill("a ship in port is safe");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("status").getByText("You will get an email when they decide").waitFor();
  assert.equal(await page.locator(".note.bad").count(), 0);
  await lookAt(page, "sign-in-waits");

  assert.match(await mailbox.next(staff), /grace@hopper\.example signed up .*\/staff\/people\?state=pending/s);
  await office.page.goto(`${portal.portal}/staff/keys`);
  await office.page.getByRole("navigation", { name: "Staff" }).getByRole("link", { name: "People 1 waiting" }).click();
  await office.page.getByRole("link", { name: "1 sign-up is waiting for approval" }).waitFor();
  await lookAt(office.page, "people-waiting");
  assert.deepEqual([...wrong, ...office.wrong], []);
});

test("an invitation says when it ends, and how to get a new link", async () => {
  const { page, wrong } = await visitAs(developer);
  await page.goto(`${portal.portal}/team/invite`);
  await page.getByLabel("Email").fill("ada@demo.example");
  await page.getByLabel("Email").press("Enter");
  const row = page.getByRole("row", { name: /ada@demo\.example/ });
  await row.waitFor();
  const until = /\d+ \w+ \d{4}/.exec(await row.innerText())[0];
  await page.getByText("New users get a link that is valid for 48 hours").waitFor();
  await lookAt(page, "team-invited");
  assert.match(await mailbox.next("ada@demo.example"), new RegExp(`is valid until ${until}\\.\\s+The link works once, until .* under Forgot password\\?`, "s"));
  assert.deepEqual(wrong, []);
});
