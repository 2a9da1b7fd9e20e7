// The examples of a request's body: one choice changes the fields, the samples, the response, Try it and the copied page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, findBarriers, openPage, signIn, usePortal } from "./portal.mjs";

const { portal, browser } = usePortal();
const compare = () => `${portal.portal}/apis/prices/1/operations/compare-prices`;
const choice = (page, title) => page.locator("[data-request-body]").getByRole("link", { name: title });
const field = (page, anchor) => page.locator(`[id="${anchor}"]`);
const shop = "To a shop";

test("without scripts, links choose the example", async () => {
  const { page } = await openPage(browser, portal, { javaScriptEnabled: false });
  await page.goto(compare());
  assert.ok(await field(page, "delivery.HomeDelivery.evening").isVisible());
  await choice(page, shop).click();
  await page.waitForURL("**?example=shop");
  assert.ok(await field(page, "delivery.ShopDelivery.pickup_point_id").isVisible());
  assert.ok(!(await field(page, "delivery.HomeDelivery.evening").isVisible()));
  assert.match(await page.locator("#request-sample pre").innerText(), /"NO-5014-1"/);
  assert.match(await page.locator("#response-example pre").innerText(), /"shop"/);
  await page.getByRole("navigation", { name: "Language" }).getByRole("link", { name: "Go", exact: true }).click();
  assert.match(await page.locator("#request-sample pre").innerText(), /NO-5014-1/, "the language keeps the example");
  assert.match(await page.getByRole("link", { name: "Copy as Markdown" }).getAttribute("href"), /\.md\?example=shop$/);
});

test("with scripts, the page stays and Try it follows", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal);
  await page.goto(compare());
  await page.evaluate(() => (document.body.dataset.same = "yes"));
  await choice(page, shop).click();
  await field(page, "delivery.ShopDelivery.pickup_point_id").waitFor();
  await eventually(async () => assert.match(await page.locator("#request-sample pre").innerText(), /"NO-5014-1"/));
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), shop, "the focus stays on the choice");
  await page.locator("[data-open-try]").first().click();
  const body = page.getByRole("textbox", { name: "Body as JSON" });
  await body.waitFor();
  assert.equal(JSON.parse(await body.inputValue()).delivery.method, "shop");
  await choice(page, "To a locker, with measurements").click();
  await eventually(async () => assert.equal(JSON.parse(await body.inputValue()).delivery.method, "locker"));
  await eventually(async () => assert.match(await page.locator("#request-sample pre").innerText(), /NO-0150-2/));
  assert.match(page.url(), /example=locker/);
  assert.equal(await page.evaluate(() => document.body.dataset.same), "yes", "the page was loaded again");
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    assert.deepEqual(await findBarriers(page), [], scheme);
  }
  assert.deepEqual(wrong, []);
});
