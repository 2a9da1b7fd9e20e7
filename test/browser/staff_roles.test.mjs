// Pages offer each staff role exactly the actions that it may take. Members see none of them and are refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { developer, openPage, password, signIn, usePortal } from "./portal.mjs";

const admin = "staff@demo.example";
const { portal, browser } = usePortal();

const sections = {
  "/staff": "Overview", "/staff/requests": "Requests", "/staff/usage": "Usage",
  "/staff/subscriptions": "Subscriptions", "/staff/keys": "Keys", "/staff/people": "People",
  "/staff/teams": "Teams", "/staff/catalogue": "Catalogue", "/staff/catalogue/plans": "Plans",
  "/staff/catalogue/strategies": "Strategies", "/staff/audit": "Audit", "/staff/outbox": "Outbox",
  "/staff/settings": "Settings",
};
const reading = ["/staff", "/staff/requests", "/staff/usage", "/staff/subscriptions", "/staff/keys", "/staff/people", "/staff/teams"];
// roles holds the pages that each role may read, and which of the offers below it gets.
const roles = {
  admin: { paths: Object.keys(sections), offers: ["Approve", "Grant access", "Suspend", "Regenerate", "Add a person", "Add a team"] },
  approver: { paths: reading, offers: ["Approve", "Grant access", "Suspend", "Regenerate"] },
  support: { paths: reading, offers: [] },
};
const things = "table.things tbody a";
// offers holds the controls that change something. A control is on the list or, if inside is set, on the page that the
// list's first such link leads to.
const offers = {
  "Approve": { list: "/staff/requests?state=pending", inside: ".ask a", role: "button" },
  "Grant access": { list: "/staff/subscriptions" },
  "Suspend": { list: "/staff/subscriptions?state=approved", inside: things }, "Regenerate": { list: "/staff/keys", inside: things },
  "Add a person": { list: "/staff/people" }, "Add a team": { list: "/staff/teams" },
};

// addStaff adds a person as an admin, and then sets their password as that person.
async function addStaff(page, role) {
  const email = `${role}@demo.example`;
  await page.goto(`${portal.portal}/staff/people/new`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Staff role").selectOption(role);
  await page.getByRole("button", { name: "Add person" }).click();
  const link = await page.locator("[data-secret]").innerText();
  const own = await openPage(browser, portal);
  await own.page.goto(link);
  await own.page.getByLabel("Password").fill(password);
  await own.page.getByRole("button", { name: "Set password" }).click();
  await own.context.close();
  return email;
}

async function assertOffers(page, made) {
  for (const [name, { list, inside = "", role = "link" }] of Object.entries(offers)) {
    await page.goto(portal.portal + list);
    if (inside) {
      await page.locator(inside).first().click();
    }
    await page.locator("h1").waitFor();
    const count = await page.getByRole(role, { name, exact: true }).count();
    assert.equal(count > 0, made.includes(name), `${name} on ${page.url()}`);
  }
}

test("each staff role is offered what it may do, and nothing else", async () => {
  const { page: asAdmin } = await openPage(browser, portal);
  await signIn(asAdmin, portal, admin);
  await askForAccess();
  for (const [role, { paths, offers: made }] of Object.entries(roles)) {
    const email = role === "admin" ? admin : await addStaff(asAdmin, role);
    const { page, context, wrong } = await openPage(browser, portal);
    await signIn(page, portal, email);
    await page.goto(`${portal.portal}/staff`);
    const named = await page.getByRole("navigation", { name: "Staff" }).getByRole("link").allInnerTexts();
    assert.deepEqual(named.map((name) => name.replace(/\s+\d[^]*/, "")), paths.map((path) => sections[path]), role);
    for (const path of Object.keys(sections)) {
      assert.equal((await page.goto(portal.portal + path)).status(), paths.includes(path) ? 200 : 403, `${role} reads ${path}`);
    }
    await assertOffers(page, made);
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

// askForAccess creates a pending request.
async function askForAccess() {
  const { page, context } = await openPage(browser, portal);
  await signIn(page, portal, "other@demo.example");
  await page.goto(`${portal.portal}/apis/parcels/1/key`);
  await page.getByLabel("Application name").fill("Till");
  await page.getByRole("button", { name: "Send request" }).click();
  await page.getByText("Request sent").waitFor();
  await context.close();
}

test("a member is offered and allowed none of it", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  assert.equal(await page.getByRole("link", { name: "Staff" }).count(), 0);
  for (const path of ["/staff", ...Object.keys(sections), "/staff/subscriptions/new", "/staff/keys/leaked", "/staff/people/new", "/staff/catalogue/new-plan"]) {
    assert.equal((await page.goto(portal.portal + path)).status(), 403, path);
    assert.equal(await page.getByRole("navigation", { name: "Staff" }).count(), 0, path);
  }
  assert.deepEqual(wrong, []);
});
