// The page of usage: shows the calls that its reader makes while it is open, without reloading, also by keyboard and
// without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, developer, eventually, lookAt, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
// shownWithin is how soon a page shows a call. A busy machine may need several attempts.
const shownWithin = 5_000;
const attempts = 3;
const { portal, browser } = usePortal();

async function open(email, path, options = {}) {
  const opened = await openPage(browser, portal, options);
  await signIn(opened.page, portal, email);
  await opened.page.goto(portal.portal + path);
  return opened;
}

// newKey creates an application with a key, and returns how to call with it.
async function newKey(page, name) {
  await page.goto(`${portal.portal}/apis/parcels/2/key`);
  await page.getByLabel("Application name").fill(name);
  await page.getByRole("button", { name: "Create key", exact: true }).click();
  const key = (await page.locator("[data-secret]").first().textContent()).trim();
  const paths = ["/parcels/v2/status", "/parcels/sandbox/v2/status"];
  const call = (path) => fetch(portal.gateway + path, { headers: { "X-Api-Key": key } });
  return eventually(async () => {
    for (const path of paths) {
      if ((await call(path)).ok) {
        return { works: () => call(path), fails: () => call(path.replace("status", "parcels/none")) };
      }
    }
    assert.fail("the key works in no environment");
  });
}

const figure = (page, name) => page.locator(".figure").filter({ hasText: name }).locator(".figure-value").textContent();
const count = async (page, name) => Number((await figure(page, name)).replaceAll(/\D/g, ""));
const chart = (page, name) => page.locator(`svg[role=img][aria-label^="${name}"]`);

test("a call shows in the figures and in the chart while the page is open", async () => {
  const { page, wrong } = await open(developer, "/");
  const call = await newKey(page, "Watched");
  await page.goto(`${portal.portal}/usage?range=1h`);
  await page.getByRole("link", { name: "Watched" }).click();
  await page.getByText("Application is").waitFor();
  let before = await count(page, "Calls");
  await chart(page, `Calls by minute: ${before} in all`).waitFor();
  await page.getByText("Show as a table").first().click();
  await page.evaluate(() => (globalThis.untouched = true));

  let errors = 0;
  for (let attempt = 1; ; attempt++) {
    assert.equal((await call.works()).status, 200);
    assert.equal((await call.fails()).status, 404);
    errors++;
    try {
      await eventually(async () => assert.equal(await count(page, "Calls"), before + 2), { within: shownWithin });
      break;
    } catch (failure) {
      assert.ok(attempt < attempts, failure);
      before += 2;
    }
  }
  await chart(page, `Errors by minute: ${errors} in all`).waitFor();
  await chart(page, `Calls by minute: ${before + 2} in all`).waitFor();
  assert.ok(await page.evaluate(() => globalThis.untouched), "the page was not loaded again");
  assert.ok(await page.locator("details#calls-table").evaluate((table) => table.open), "an open table stays open");
  const rows = await page.locator("#calls-table tbody tr").evaluateAll((all) => all.map((row) => Number(row.cells[1].textContent)));
  assert.equal(rows.length, 60);
  assert.equal(rows.reduce((sum, one) => sum + one, 0), before + 2);
  assert.deepEqual(wrong, []);
});

test("each row leads to its own calls, and a chip leads back", async () => {
  const { page, wrong } = await open(developer, "/usage");
  const all = await count(page, "Calls");
  await page.locator("section", { has: page.getByRole("heading", { name: "APIs" }) }).getByRole("link", { name: "Tracking 1" }).click();
  const some = await eventually(async () => {
    const now = await count(page, "Calls");
    assert.ok(now > 0 && now < all);
    return now;
  });
  await page.getByRole("link", { name: "Track a parcel" }).click();
  await page.getByText("Operation is").waitFor();
  assert.ok((await count(page, "Calls")) < some);
  await page.getByRole("link", { name: "Remove the filter Operation" }).click();
  await page.getByRole("link", { name: "Remove the filter API" }).click();
  await eventually(async () => assert.ok((await count(page, "Calls")) >= all));
  assert.deepEqual(wrong, []);
});

test("days begin at the reader's midnight", async () => {
  const { page } = await open(developer, "/usage", { timezoneId: "Asia/Kolkata" });
  await page.getByText(/^Each day, Asia.(Kolkata|Calcutta)$/).waitFor(); // browsers use either name
  const first = page.locator("#calls-table tbody time").first();
  assert.match(await first.getAttribute("datetime"), /T18:30:00Z$/);
});

test("the days of a custom period are chosen without scripts", async () => {
  const { page } = await open(developer, "/usage", { javaScriptEnabled: false });
  await page.getByText("Custom").click();
  const day = new Date(Date.now() - 3 * 24 * 3_600_000).toISOString().slice(0, 10);
  await page.getByLabel("First day").fill(day);
  await page.getByLabel("Last day").fill(day);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("Each hour, UTC").waitFor();
  assert.equal(await page.locator("#calls-table tbody tr").count(), 24);
  assert.ok((await count(page, "Calls")) > 0);
  await page.getByText("Filter", { exact: true }).click();
  await page.getByLabel("Application", { exact: true }).selectOption({ label: "Warehouse" });
  await page.getByRole("button", { name: "Apply filters" }).click();
  await page.getByText("Application is").waitFor();
  assert.match(page.url(), new RegExp(`since=${day}`));
});

test("the figures are exported as they are shown", async () => {
  const { page } = await open(developer, "/usage?range=24h&status=5");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export CSV" }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) {
    chunks.push(chunk);
  }
  const lines = Buffer.concat(chunks).toString().trim().split("\n").map((line) => line.split(","));
  assert.equal(lines.filter(([by]) => by === "hour").length, 24);
  assert.ok(lines.filter(([by]) => by === "status").every(([, , status]) => status.startsWith("5")));
});

test("the keyboard reaches periods, filters, tables and rows", async () => {
  const { page } = await open(developer, "/usage");
  await page.locator(".usage-period a").first().focus();
  for (const wanted of ["24 hours", "7 days", "30 days", "90 days", "Custom", "Show as a table"]) {
    await page.keyboard.press("Tab");
    assert.equal((await page.evaluate(() => document.activeElement.textContent)).trim(), wanted);
  }
  await page.keyboard.press("Enter");
  await page.locator("#calls-table table").waitFor();
});

test("staff see the calls of all teams, and nothing bars anybody", async () => {
  const own = await open(developer, "/usage");
  await lookAt(own.page, "usage");
  const { page, wrong } = await open(staff, "/staff/usage");
  await page.getByText("Show as a table").first().click();
  await lookAt(page, "staff-usage");
  await page.getByRole("link", { name: "Nordlys Books" }).click();
  await page.getByText("Team is").waitFor();
  for (const width of [320, 390, 768]) {
    for (const at of [page, own.page]) {
      await at.setViewportSize({ width, height: 800 });
      await assertFitsWidth(at, width);
    }
  }
  assert.deepEqual([...wrong, ...own.wrong], []);
});
