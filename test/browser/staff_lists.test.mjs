// Staff choose columns, sort, filter and revoke several keys, with and without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, findBarriers, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const { portal, browser } = usePortal();

const heads = (page) => page.locator("table.things thead th").allInnerTexts().then((texts) => texts.map((text) => text.trim()));

for (const javaScriptEnabled of [true, false]) {
  test(`columns, order and filters stay in the address, ${javaScriptEnabled ? "with" : "without"} scripts`, async () => {
    const { page, wrong } = await openPage(browser, portal, { javaScriptEnabled });
    await signIn(page, portal, staff);
    await page.goto(`${portal.portal}/staff/keys`);
    const all = await heads(page);
    assert.ok(all.includes("Environment") && all.includes("Expires"), all.join());

    await page.locator("summary", { hasText: "Columns" }).click();
    await page.locator(".toolbar-end input[value=environment]").uncheck();
    await page.getByRole("button", { name: "Show columns" }).click();
    await page.waitForURL(/column=/);
    assert.deepEqual(await heads(page), all.filter((name) => name !== "Environment"));

    await page.getByRole("link", { name: "Last used" }).click();
    await page.locator("th[aria-sort=descending]").waitFor();
    await page.locator("summary", { hasText: "Filter" }).click();
    await page.locator("#filter-environment").selectOption("production");
    await page.getByRole("button", { name: "Apply filters" }).click();
    await page.getByText("Environment is Production").waitFor();
    assert.deepEqual(await heads(page), all.filter((name) => name !== "Environment"), "a filter keeps the columns");
    await page.locator("th[aria-sort=descending]").waitFor();
    await page.getByRole("link", { name: "Remove the filter Environment" }).click();
    await page.waitForURL((url) => !url.searchParams.get("environment"));
    await page.locator("th[aria-sort=descending]").waitFor();
    assert.deepEqual(wrong, []);
  });
}

test("staff revoke the selected keys", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/keys?q=Kiosk`);
  const bar = page.locator(".bulk");
  assert.ok(await bar.isHidden(), "without a selection there is no bar");
  await page.getByLabel("Select all on this page").check();
  await page.getByText("1 selected").waitFor();
  await page.keyboard.press("Escape");
  await bar.waitFor({ state: "hidden" });
  await page.getByLabel("Select Kiosk of Nordlys Books").check();
  assert.deepEqual(await findBarriers(page), []);
  await page.setViewportSize({ width: 390, height: 800 });
  await assertFitsWidth(page, 390);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("heading", { name: "Revoke 1 key?" }).waitFor();
  assert.deepEqual(await findBarriers(page), []);
  await page.getByRole("button", { name: "Revoke 1 key" }).click();
  await page.getByText("1 key revoked.").waitFor();
  await page.goto(`${portal.portal}/staff/keys?view=revoked`);
  await page.getByRole("link", { name: "Kiosk" }).first().waitFor();
  assert.deepEqual(wrong, []);
});
