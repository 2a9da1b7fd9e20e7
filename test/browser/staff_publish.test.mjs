// Staff publish an API with a plan, from Home, in at most nine clicks; developers then see both, and the gateway knows it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, developer, eventually, findBarriers, openPage, pictures, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const { portal, browser } = usePortal();

const most = 9;

const description = {
  openapi: "3.1.0", info: { title: "Tide tables", version: "1.4.0", summary: "High and low water for every harbour." },
  servers: [{ url: "https://tides.example/api" }],
  paths: { "/tides": { get: { operationId: "tides", summary: "High and low water", responses: { 200: { description: "The tides." } } } } },
};

const file = (content) => ({ name: "tides.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(content)) });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

// countClicks counts clicks of a person; Enter in a form is a click on its button.
async function countClicks(page) {
  await page.addInitScript(() => {
    addEventListener("click", (event) => {
      if (event.isTrusted) sessionStorage.setItem("clicks", String(Number(sessionStorage.getItem("clicks")) + 1));
    }, { capture: true });
  });
  return () => page.evaluate(() => Number(sessionStorage.getItem("clicks")));
}

async function lookAt(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [1280, 375, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await assertFitsWidth(page, width);
      assert.deepEqual(await findBarriers(page), [], `${name} in ${colorScheme} at ${width}`);
      if (pictures) await page.screenshot({ path: `${pictures}/publish-${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("staff publish an API with a plan in at most nine clicks", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  const clicks = await countClicks(page);
  await page.goto(portal.portal);
  assert.equal(await clicks(), 0);

  await page.getByRole("banner").getByRole("link", { name: /^Staff/ }).click();
  await page.getByRole("navigation", { name: "Staff" }).getByRole("link", { name: "Catalogue" }).click();
  await page.getByRole("link", { name: "Publish an API" }).click();
  await page.getByLabel("OpenAPI file").setInputFiles(file(description));
  await press(page, "Read description");
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Tide tables");
  assert.equal(await page.getByLabel("URL name").inputValue(), "tide-tables");
  assert.equal(await page.getByLabel("Version", { exact: true }).inputValue(), "v1");
  await page.getByLabel("Name", { exact: true }).fill("Tides");
  await page.getByLabel("URL name").fill("tides");
  await press(page, "Create draft");
  assert.equal(await page.getByLabel("Base path").first().inputValue(), "/tides/v1");
  assert.equal(await page.getByLabel("Upstream").first().inputValue(), "https://tides.example/api");
  await press(page, "Save and continue");
  await page.getByLabel("Plan name").fill("Harbour");
  await page.getByLabel("Calls", { exact: true }).first().fill("90");
  await page.locator(".plan-preview").getByText("Harbour").waitFor();
  await page.locator(".plan-preview").getByText("90 calls per minute per subscription").waitFor();
  await press(page, "Save and continue");
  await press(page, "Publish Tides v1");
  await page.getByText("Published. Developers can see it now.").waitFor();
  const count = await clicks();
  assert.ok(count <= most, `${count} clicks`);

  const reader = await openPage(browser, portal);
  await signIn(reader.page, portal, developer);
  await reader.page.goto(`${portal.portal}/apis/tides`);
  const card = reader.page.locator(".plans > li", { hasText: "Harbour" });
  assert.match(await card.innerText(), /90 calls per minute per subscription/);
  await reader.page.getByRole("link", { name: /^(Get a key|Request access) for version v1$/ }).waitFor();
  await eventually(async () => assert.equal((await fetch(`${portal.gateway}/tides/v1/tides`)).status, 401, "the gateway asks for a key"));
  assert.deepEqual([...wrong, ...reader.wrong], []);
});

test("a half-finished API is kept as a draft that says what is missing", async () => {
  const { page, wrong } = await openPage(browser, portal, { javaScriptEnabled: true });
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/catalogue/publish`);
  await lookAt(page, "upload");
  await page.getByLabel("Or paste it").fill('{"openapi": "3.1.0",');
  await press(page, "Read description");
  await page.getByText("Nothing has changed: the description has errors.").waitFor();
  assert.equal(await page.getByLabel("Or paste it").inputValue(), '{"openapi": "3.1.0",', "the pasted text is still there");
  await lookAt(page, "refused");
  await page.getByLabel("Or paste it").fill(JSON.stringify({ ...description, servers: [{ url: "https://sandbox.example" }, { url: "https://live.example" }] }));
  await press(page, "Read description");
  await lookAt(page, "name");
  await press(page, "Create draft");
  await lookAt(page, "address");
  await page.goto(`${portal.portal}/staff/catalogue/products/tide-tables`);
  await lookAt(page, "draft");
  await page.getByRole("link", { name: "Add address" }).click();
  assert.equal(await page.getByLabel("Environment", { exact: true }).nth(1).inputValue(), "sandbox");
  await press(page, "Save and continue");
  await lookAt(page, "plan");
  await press(page, "Save and continue");
  await page.getByText("No plan for sandbox.").waitFor();
  await lookAt(page, "review");
  await page.getByRole("link", { name: "Keep as draft" }).click();
  await page.getByText("Not published yet. Only staff see it.").waitFor();
  await lookAt(page, "version");
  assert.deepEqual(wrong, []);
});

test("without scripts, a plan is previewed and the API is published", async () => {
  const { page } = await openPage(browser, portal, { javaScriptEnabled: false });
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/catalogue/publish`);
  await page.getByLabel("OpenAPI file").setInputFiles(file({ ...description, info: { title: "Plain", version: "1" } }));
  await press(page, "Read description");
  await press(page, "Create draft");
  await press(page, "Save and continue");
  await page.getByLabel("Plan name").fill("Unscripted");
  await press(page, "Preview");
  await page.locator(".plan-preview").getByText("Unscripted").waitFor();
  await press(page, "Save and continue");
  await press(page, "Publish Plain v1");
  await page.getByText("Published. Developers can see it now.").waitFor();
});
