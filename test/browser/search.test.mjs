// Search by keyboard only: a slash, some letters, arrows and Enter; its results, no results, and accessibility.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, findBarriers, openPage, pictures, signIn, usePortal } from "./portal.mjs";

const phone = { width: 375, height: 812 };
const desktop = { width: 1280, height: 800 };

const { portal, browser } = usePortal();

// lookAt checks the current page in both themes and both sizes. The desktop size is enough for wide parts.
async function lookAt(page, name, sizes = { desktop, phone }) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      await assertFitsWidth(page, viewport.width);
      assert.deepEqual(await findBarriers(page), [], `${name} in ${scheme} on a ${size}`);
      if (pictures) {
        await page.screenshot({ path: `${pictures}/${name}-${size}-${scheme}.png` });
      }
    }
  }
  await page.setViewportSize(desktop);
}

async function signedIn() {
  const opened = await openPage(browser, portal);
  await signIn(opened.page, portal);
  return opened;
}

const field = (page) => page.getByRole("combobox", { name: "Search this portal", includeHidden: true });
const options = (page) => page.getByRole("option");
// everything is the option that leads to all results. It appears once the search for the whole text has finished.
const everything = (page, text) => page.locator(`[role=option][href="/search?q=${text}"]`);
const chosen = (page) => page.locator('[role=option][aria-selected="true"]');

test("a slash, some letters, an arrow and Enter lead to an operation", async () => {
  const { page, wrong } = await signedIn();
  await page.keyboard.press("/");
  assert.equal(await field(page).inputValue(), "", "the slash was typed into the field");
  await page.keyboard.type("parcel");
  await everything(page, "parcel").waitFor();
  assert.equal(await field(page).getAttribute("aria-expanded"), "true");
  assert.match(await page.locator("#announcer").textContent(), /^\d+ results?\. Choose/);
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen(page).count(), 1);
  assert.equal(await field(page).getAttribute("aria-activedescendant"), await options(page).first().getAttribute("id"));
  assert.deepEqual(await page.getByRole("group").getByRole("presentation").allTextContents(), ["Operations", "Fields", "Documents", "APIs"]);
  await lookAt(page, "search-typing");
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen(page).count(), 0, "arrow up from the first result leads to the field");
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen(page).getAttribute("href"), "/search?q=parcel", "arrow up from the field leads to the last option");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const address = await chosen(page).getAttribute("href");
  await page.keyboard.press("Enter");
  await page.waitForURL(portal.portal + address);
  assert.deepEqual(wrong, []);
});

test("results follow the typed text; Escape closes the palette", async () => {
  const { page, wrong } = await signedIn();
  await page.keyboard.press("/");
  await page.keyboard.type("parcel");
  await everything(page, "parcel").waitFor();
  await page.keyboard.press("Escape");
  await field(page).waitFor({ state: "hidden" });
  assert.equal(await options(page).count(), 0);
  await page.getByRole("button", { name: "Search" }).click();
  assert.equal(await field(page).inputValue(), "parcel", "Escape emptied the field");
  await options(page).first().waitFor();
  await page.keyboard.press("End");
  await page.keyboard.type(" nosuchword");
  await page.getByText("Nothing matches “parcel nosuchword”").waitFor();
  assert.equal(await field(page).getAttribute("aria-expanded"), "false");
  assert.equal(await page.locator("#announcer").textContent(), "No results.");
  await lookAt(page, "search-typing-nothing", { desktop });
  await page.mouse.click(5, 5);
  await field(page).waitFor({ state: "hidden" });
  assert.deepEqual(wrong, []);
});

test("Ctrl K opens it from within a field, finds a field of an API, and leads to it", async () => {
  const { page, wrong } = await signedIn();
  await page.goto(`${portal.portal}/apis`);
  await page.getByRole("searchbox", { name: "Filter APIs" }).focus();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("postal code");
  const found = page.getByRole("group", { name: "Fields" }).getByRole("option").first();
  await found.waitFor();
  const address = await found.getAttribute("href");
  assert.match(address, /^\/apis\/.*\/operations\/.*#.*postal_code$/);
  await found.click();
  await page.waitForURL(portal.portal + address);
  assert.ok(await page.locator(":target").isVisible(), "the field is unfolded");
  assert.deepEqual(wrong, []);
});

test("actions depend on what the person may do", async () => {
  const { page } = await signedIn();
  await page.keyboard.press("/");
  await page.keyboard.type("create key");
  const create = page.getByRole("option", { name: "Create key" });
  await create.waitFor();
  assert.equal(await create.getAttribute("href"), "/applications");
  await field(page).fill("settings");
  await page.getByText("Nothing matches “settings”").waitFor();
});

test("a slash typed in a field is a slash", async () => {
  const { page } = await signedIn();
  await page.goto(`${portal.portal}/apis`);
  await page.getByRole("searchbox", { name: "Filter APIs" }).focus();
  await page.keyboard.type("a/b");
  assert.equal(await page.getByRole("searchbox", { name: "Filter APIs" }).inputValue(), "a/b");
});

test("Enter without a selection opens the search page, with all results or with advice", async () => {
  const { page, wrong } = await signedIn();
  await page.keyboard.press("/");
  await page.keyboard.type("parcels");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search?q=parcels");
  await page.getByRole("heading", { name: "Operations" }).waitFor();
  await lookAt(page, "search-page");
  await page.getByRole("navigation", { name: "Kind of result" }).getByRole("link", { name: "Documents" }).click();
  await page.waitForURL("**/search?kind=document&q=parcels");
  await lookAt(page, "search-page-documents");
  await page.goto(`${portal.portal}/search?q=nothing+like+it`);
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await lookAt(page, "search-page-nothing");
  await page.goto(`${portal.portal}/search`);
  await lookAt(page, "search-page-empty");
  assert.deepEqual(wrong, []);
});

test("on a phone and without scripts, the search page works", async () => {
  const { page } = await openPage(browser, portal, { viewport: phone, javaScriptEnabled: false });
  await page.goto(portal.portal);
  await page.getByRole("banner").getByRole("link", { name: "Search" }).click();
  await page.getByRole("searchbox", { name: "Search this portal" }).fill("elephants");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).waitFor();
  await page.goto(`${portal.portal}/search?q=parcels`);
  await page.getByRole("main").getByRole("link", { name: "Parcels" }).first().waitFor(); // a public API
  const scripted = await openPage(browser, portal, { viewport: phone });
  await scripted.page.goto(portal.portal);
  await scripted.page.getByRole("banner").getByRole("link", { name: "Search" }).click();
  await scripted.page.keyboard.type("parcels");
  await options(scripted.page).first().waitFor();
  await lookAt(scripted.page, "search-palette");
  await scripted.page.goto(`${portal.portal}/search`);
  await scripted.page.keyboard.press("/");
  await scripted.page.keyboard.type("elephants");
  await scripted.page.getByText("Nothing matches “elephants”").waitFor();
  await lookAt(scripted.page, "search-typing-on-the-page");
  assert.deepEqual(scripted.wrong, []);
});
