// The keyboard alone: Tab reaches the search, the tree and Try it, each with a visible ring. Menus and
// dialogs return the focus when they close.
import assert from "node:assert/strict";
import { test } from "node:test";
import { developer, openPage, signIn, usePortal } from "./portal.mjs";

const { portal, browser } = usePortal();
const operation = "/apis/parcels/2/operations/get-status";

async function openOperation() {
  const opened = await openPage(browser, portal, { viewport: { width: 1440, height: 900 } });
  await signIn(opened.page, portal, developer);
  await opened.page.goto(portal.portal + operation);
  return opened;
}

const focused = (page, selector) => page.evaluate((wanted) => document.activeElement.matches(wanted), selector);

// tabTo presses Tab until the focus is on one of the elements. Everything that it passes must show the focus.
async function tabTo(page, selector) {
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press("Tab");
    const ringless = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const ring = outlineStyle !== "none" && outlineWidth !== "0px";
      return ring || document.activeElement === document.body ? "" : document.activeElement.outerHTML.slice(0, 200);
    });
    assert.equal(ringless, "", "has the focus and does not show it");
    if (await focused(page, selector)) {
      return;
    }
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

async function assertKeepsFocus(page, container) {
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate((within) => document.activeElement === document.body || document.activeElement.closest(within) !== null, container),
      `the focus leaves ${container}`);
  }
}

test("Tab reaches the search, the tree and Try it in this order", async () => {
  const { page, wrong } = await openOperation();
  await tabTo(page, "[data-open-search]");
  await tabTo(page, "nav a[href*='/operations/']");
  await tabTo(page, "[data-open-try]");
  await page.keyboard.press("Enter");
  await page.locator("#try-environment:focus").waitFor();
  assert.deepEqual(wrong, []);
});

test("the search and the shortcuts keep the focus and give it back", async () => {
  const { page, wrong } = await openOperation();
  for (const [key, opened] of [["Control+k", "[data-search] input"], ["?", "dialog[aria-labelledby=shortcuts]"]]) {
    await page.locator("nav a[href*='/operations/']").first().focus();
    await page.keyboard.press(key);
    await page.locator(opened).locator("visible=true").waitFor();
    await assertKeepsFocus(page, "dialog[open]");
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    assert.ok(await focused(page, "nav a[href*='/operations/']"), `${key}: the focus goes back`);
  }
  assert.deepEqual(wrong, []);
});
