// People and teams: staff add, move, block and remove people. Members manage their own team and cannot see other teams.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, developer, findBarriers, openPage, password, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const other = "other@demo.example";

const { portal, browser } = usePortal();

const row = (page, text) => page.locator("tbody tr", { hasText: text });
const notice = (page) => page.locator(".note[role=status]").innerText();

async function visitAs(email) {
  const visit = await openPage(browser, portal);
  await signIn(visit.page, portal, email);
  return visit;
}

async function chooseFirstPassword(link) {
  const { page, context, wrong } = await openPage(browser, portal);
  await page.goto(link);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Set password" }).click();
  await page.waitForURL(`${portal.portal}/`);
  assert.deepEqual(wrong, []);
  return { page, context };
}

test("staff add a person, who sets a password and is moved, suspended and removed", async () => {
  const { page, context, wrong } = await visitAs(staff);
  await page.goto(`${portal.portal}/staff/people`);
  await page.getByRole("link", { name: "Add a person" }).click();
  await page.getByLabel("Email").fill("grace@demo.example");
  await page.getByLabel("Name", { exact: true }).fill("Grace");
  await page.getByRole("textbox", { name: "Team" }).fill("acme");
  await page.getByRole("button", { name: "Add person" }).click();
  const link = await page.locator("[data-secret]").innerText();
  assert.match(link, /\/set-up\/[\w-]{20,}$/);
  await page.getByRole("link", { name: "Done" }).click();
  const person = page.url();
  assert.doesNotMatch(await page.content(), /set-up\//, "the link is shown once");

  const theirs = await chooseFirstPassword(link);
  await theirs.page.goto(`${portal.portal}/team`);
  assert.match(await theirs.page.locator("main").innerText(), /Devi Acme/, "a member sees the team");
  assert.equal((await theirs.page.goto(person)).status(), 403, "a member sees no staff pages");

  await page.goto(person);
  assert.match(await page.locator("main").innerText(), /Chrome/, "their session is listed");
  await page.getByRole("link", { name: "Move from Acme to another team" }).click();
  await page.getByLabel("Team").fill("Nowhere");
  await page.getByRole("button", { name: "Move" }).click();
  assert.match(await page.locator("main").innerText(), /is not the name of a team/);
  assert.equal(await page.getByLabel("Team").inputValue(), "Nowhere", "the form keeps the typed values");
  await page.getByLabel("Team").fill("globex");
  await page.getByRole("button", { name: "Move" }).click();
  assert.match(await notice(page), /Moved to the other team/);
  await theirs.page.goto(`${portal.portal}/team`);
  assert.match(await theirs.page.locator("main").innerText(), /Globex[^]*Olu Other/);

  await page.getByRole("link", { name: "Suspend" }).click();
  assert.match(await page.locator("main").innerText(), /Suspend Grace\?[^]*signed out/);
  await page.getByRole("button", { name: "Suspend Grace" }).click();
  assert.match(await notice(page), /Suspended/);
  await theirs.page.goto(`${portal.portal}/team`);
  assert.equal(new URL(theirs.page.url()).pathname, "/sign-in", "blocking ends the session at once");
  await page.getByRole("button", { name: "Reinstate" }).click();
  await page.getByRole("link", { name: "Remove", exact: true }).click();
  await page.getByRole("button", { name: "Remove Grace" }).click();
  assert.match(await notice(page), /Removed\./);
  await page.goto(`${portal.portal}/staff/people?q=grace`);
  assert.match(await page.locator("main").innerText(), /No matching people/);
  assert.deepEqual(wrong, []);
  await Promise.all([context.close(), theirs.context.close()]);
});

test("the last owner cannot leave, and disabling a team says how many keys stop working", async () => {
  const { page, context, wrong } = await visitAs(staff);
  await page.goto(`${portal.portal}/staff/people`);
  await row(page, developer).getByRole("link", { name: "Devi Acme" }).click();
  await page.getByRole("link", { name: "Remove from Acme" }).click();
  assert.match(await page.locator("main").innerText(), /What stops working[^]*Default application/);
  await page.getByRole("button", { name: "Remove from team" }).click();
  assert.match(await page.getByRole("alert").filter({ hasText: "last owner" }).innerText(), /Make another member an owner first/);
  await page.goto(`${portal.portal}/staff/teams?q=acme`);
  await row(page, "Acme").getByRole("link").click();
  const team = page.url();
  await page.getByRole("link", { name: "Suspend" }).click();
  assert.match(await page.locator("main").innerText(), /Keys that stop working\s+9/);
  await page.getByRole("button", { name: /^Suspend / }).click();
  assert.match(await page.locator("main").innerText(), /Suspended[^]*9 keys refused/);
  await page.getByRole("button", { name: "Reinstate" }).click();
  assert.equal(page.url(), `${team}?done=enabled`);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a team invites a person, who answers; other teams' members are not found", async () => {
  const owner = await visitAs(developer);
  await owner.page.goto(`${portal.portal}/profile`);
  await owner.page.getByRole("link", { name: "Acme", exact: true }).click();
  for (const email of [other, "unknown@demo.example"]) {
    await owner.page.getByRole("link", { name: "Invite" }).click();
    await owner.page.getByLabel("Email").fill(email);
    await owner.page.getByLabel("Role").selectOption("admin");
    await owner.page.getByLabel("Email").press("Enter");
    await owner.page.waitForURL(`${portal.portal}/team?done=invited`);
    assert.match(await notice(owner.page), /Invitation sent/);
    assert.match(await row(owner.page, email).innerText(), /Admin/);
  }
  assert.doesNotMatch(await owner.page.content(), /Olu Other|set-up\//, "the page reveals who has an account");

  const guest = await visitAs(other);
  await guest.page.goto(`${portal.portal}/team`);
  assert.doesNotMatch(await guest.page.locator("main").innerText(), /Devi Acme/);
  await guest.page.getByRole("button", { name: "Join Acme" }).click();
  assert.match(await notice(guest.page), /You joined the team/);
  assert.equal(await row(guest.page, "Devi Acme").getByRole("link").count(), 0, "an admin cannot change an owner");
  await guest.page.getByRole("link", { name: "Leave" }).click();
  assert.match(await guest.page.locator("main").innerText(), /Leave Acme\?/);
  await guest.page.getByRole("button", { name: "Leave team" }).click();
  assert.match(await guest.page.locator("main").innerText(), /You left the team[^]*Olu Other/);

  await owner.page.goto(`${portal.portal}/team`);
  await owner.page.getByRole("button", { name: "Withdraw the invitation for unknown@demo.example" }).click();
  assert.equal(await row(owner.page, "unknown@demo.example").count(), 0);
  assert.deepEqual([...owner.wrong, ...guest.wrong], []);
  await Promise.all([owner.context.close(), guest.context.close()]);
});

test("every page is accessible, in both themes and on a phone", async () => {
  const { page, context, wrong } = await visitAs(staff);
  await page.goto(`${portal.portal}/staff/people`);
  const person = await row(page, developer).getByRole("link", { name: "Devi Acme" }).getAttribute("href");
  const team = await row(page, developer).getByRole("link", { name: "Acme", exact: true }).getAttribute("href");
  const account = person.split("/").at(-1);
  const paths = [
    "/staff/people", "/staff/people?q=none", "/staff/people/new", person, `${person}/block`, `${person}/remove`, `${person}/staff`,
    `${person}/join`, "/staff/teams", "/staff/teams/new", team, `${team}/invite`, `${team}/disable`, `${team}/members/${account}/role`,
    `${team}/members/${account}/remove`, "/team",
  ];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const path of paths) {
      await page.goto(portal.portal + path);
      assert.deepEqual(await findBarriers(page), [], `${path}, ${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 375, height: 800 });
  for (const path of paths) {
    await page.goto(portal.portal + path);
    await assertFitsWidth(page, 375);
  }
  assert.deepEqual(wrong, []);
  await context.close();
});
