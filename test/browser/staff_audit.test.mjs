// The audit trail and the outbox: an admin reads, filters and exports records, and opens the link of a waiting message.
// Approvers, support and members see none of these pages.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { assertFitsWidth, developer, findBarriers, openPage, password, pictures, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";

const { portal, browser } = usePortal();

async function visitAs(email, options) {
  const visit = await openPage(browser, portal, options);
  await signIn(visit.page, portal, email);
  return visit;
}

const main = (page) => page.locator("main").innerText();

async function exported(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

// addPerson adds a person, with a staff role if one is named, and returns their set-up link.
async function addPerson(page, email, role) {
  await page.goto(`${portal.portal}/staff/people/new`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name", { exact: true }).fill(email.split("@")[0]);
  if (role) await page.getByLabel("Staff role").selectOption(role);
  await page.getByRole("button", { name: "Add person" }).click();
  return page.locator("[data-secret]").innerText();
}

test("an admin finds, filters and exports records", async () => {
  const { page, context, wrong } = await visitAs(staff);
  await addPerson(page, "audited@demo.example");
  await page.goto(`${portal.portal}/staff`);
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  const first = page.locator("tbody tr").first();
  assert.match(await first.innerText(), /staff@demo\.example[^]*Account added[^]*audited@demo\.example/, "actor, action and object");
  assert.match(await first.innerText(), /127\.0\.0\.1/, "the client's address");
  assert.doesNotMatch(await page.content(), /set-up\//, "the page shows the link");

  await first.getByRole("link", { name: "Account added" }).click();
  assert.match(await main(page), /\d+ records?, the newest first/);
  for (const row of await page.locator("tbody tr").allInnerTexts()) assert.match(row, /Account added/);
  const table = await exported(page, "CSV");
  assert.match(table.name, /^audit-\d{8}-\d{6}\.csv$/);
  assert.match(table.text, /^record,time,actor,[^]*account\.added[^]*audited@demo\.example/);
  const lines = await exported(page, "JSON lines");
  const records = lines.text.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(records.length > 0 && records.every((record) => record.action === "account.added"), "the export is filtered");

  await page.getByLabel("A word in the details").fill("nothing has this word");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=nothing/);
  assert.match(await main(page), /No matching records/);
  await page.getByRole("link", { name: "Clear filters" }).click();
  assert.deepEqual(wrong, []);
  await context.close();
});

async function invite(page, email) {
  await page.goto(`${portal.portal}/team`);
  await page.getByRole("link", { name: "Invite" }).click();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send invitation" }).click();
  await page.waitForURL(`${portal.portal}/team?done=invited`);
}

test("an admin opens the link of a waiting message, and discards the message", async () => {
  const { page, context, wrong } = await visitAs(staff);
  const member = await visitAs(developer);
  for (const email of ["stays@demo.example", "invited@demo.example"]) await invite(member.page, email);
  await member.context.close();

  await page.goto(`${portal.portal}/staff`);
  await page.getByRole("link", { name: "Outbox", exact: true }).click();
  await page.getByLabel("Recipient or message").fill("invited@demo.example");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=invited/);
  await page.locator("tbody tr", { hasText: "invited@demo.example" }).getByRole("link").click();
  assert.match(await main(page), /Waiting/);
  const message = page.url();
  await page.getByRole("button", { name: "Show a set-up link" }).click();
  const link = await page.locator("[data-secret]").innerText();
  assert.match(link, /\/set-up\/[\w-]{20,}$/);
  const invited = await openPage(browser, portal);
  await invited.page.goto(link);
  await invited.page.getByLabel("Password").fill(password);
  await invited.page.getByRole("button", { name: "Set password" }).click();
  await invited.context.close();

  await page.goto(message);
  assert.equal(await page.getByRole("button", { name: "Show a set-up link" }).count(), 0, "people with a password need no link");
  await page.getByRole("link", { name: "Discard" }).click();
  await page.getByRole("button", { name: "Discard message" }).click();
  assert.match(await page.locator(".note[role=status]").innerText(), /discarded/i);
  await page.goto(`${portal.portal}/staff/audit?action=outbox`);
  assert.match(await main(page), /Outbox discarded[^]*Outbox link opened/);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("approvers, support and members see none of these pages", async () => {
  const { page, context } = await visitAs(staff);
  for (const [email, role] of [["approver@demo.example", "approver"], ["support@demo.example", "support"], [developer, undefined]]) {
    if (role) {
      const link = await addPerson(page, email, role);
      const fresh = await openPage(browser, portal);
      await fresh.page.goto(link);
      await fresh.page.getByLabel("Password").fill(password);
      await fresh.page.getByRole("button", { name: "Set password" }).click();
      await fresh.context.close();
    }
    const visit = await visitAs(email);
    await visit.page.goto(`${portal.portal}${role ? "/staff" : "/"}`);
    assert.equal(await visit.page.getByRole("link", { name: /^(Audit|Outbox)$/ }).count(), 0, `${email} gets a link to the page`);
    for (const path of ["/staff/audit", "/staff/outbox"]) {
      assert.equal((await visit.page.goto(portal.portal + path)).status(), 403, `${path} as ${email}`);
    }
    for (const path of ["/staff/audit.csv", "/staff/audit.jsonl"]) {
      assert.equal((await visit.context.request.get(portal.portal + path)).status(), 403, `${path} as ${email}`);
    }
    await visit.context.close();
  }
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`the pages have no barriers and fit a phone, ${colorScheme}`, async () => {
    const { page, context, wrong } = await visitAs(staff, { colorScheme, viewport: { width: 375, height: 800 } });
    await page.goto(`${portal.portal}/staff/outbox`);
    const message = await page.locator("tbody a").first().getAttribute("href");
    for (const path of ["/staff/audit", "/staff/audit?q=zzz&address=::1&request=x", "/staff/outbox", "/staff/outbox?q=zzz", message, `${message}/discard`]) {
      await page.goto(portal.portal + path);
      await assertFitsWidth(page, 375);
      assert.deepEqual(await findBarriers(page), [], path);
      if (pictures) {
        const name = path.replace(/[^a-z]+/g, "-").slice(0, 30);
        await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-375.png` });
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-1280.png` });
        await page.setViewportSize({ width: 375, height: 800 });
      }
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
