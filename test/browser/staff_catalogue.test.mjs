// Staff create an API on the site: a product, its version and description, a document and a plan. They cannot change
// objects that files manage.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, developer, findBarriers, openPage, pictures, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
const phone = { width: 375, height: 812 };
const desktop = { width: 1280, height: 800 };

const description = {
  openapi: "3.1.0", info: { title: "Tides", version: "1" },
  paths: { "/tides": { get: { operationId: "tides", summary: "High and low water", responses: { 200: { description: "The tides." } } } } },
};

const { portal, browser } = usePortal();

// lookAt checks the current page in both themes and both sizes.
async function lookAt(page, name) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const [size, viewport] of Object.entries({ desktop, phone })) {
      await page.setViewportSize(viewport);
      await assertFitsWidth(page, viewport.width);
      assert.deepEqual(await findBarriers(page), [], `${name} in ${scheme} on a ${size}`);
      if (pictures) {
        await page.screenshot({ path: `${pictures}/${name}-${size}-${scheme}.png`, fullPage: true });
      }
    }
  }
  await page.setViewportSize(desktop);
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name, exact: true }).click();
const file = (name, content) => ({ name, mimeType: "application/json", buffer: Buffer.from(content) });

test("staff create, preview, publish and remove an API", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/catalogue`);
  await lookAt(page, "products");

  await follow(page, "Publish an API");
  await follow(page, "Publish documents only");
  await page.getByLabel("URL name").fill("Tides");
  await page.getByLabel("Name", { exact: true }).fill("Tides");
  await press(page, "Create API");
  await page.getByText("must be up to 60 lower-case letters").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Tides");
  await lookAt(page, "product-refused");
  await page.getByLabel("URL name").fill("tides");
  await press(page, "Create API");
  await page.getByText("Created. Only staff see it until you publish it.").waitFor();
  await lookAt(page, "product-empty");

  await follow(page, "New version");
  await page.getByLabel("Name", { exact: true }).fill("v1");
  await page.getByLabel("Environment", { exact: true }).first().fill("production");
  await page.getByLabel("Base path").first().fill("/parcels/v2");
  await page.getByLabel("Upstream").first().fill("https://tides.example");
  await press(page, "Create version");
  await page.getByText("is used by parcels/2").waitFor();
  await lookAt(page, "version-refused");
  await page.getByLabel("Base path").first().fill("/tides/v1");
  await press(page, "Create version");

  await page.getByLabel("OpenAPI 3.0, 3.1 or Swagger 2").setInputFiles(file("broken.json", '{"openapi": "3.1.0",'));
  await press(page, "Upload");
  await page.getByText("Nothing has changed: the description has errors.").first().waitFor();
  await page.getByText(/Line 1, column/).first().waitFor();
  await lookAt(page, "findings");
  await page.getByLabel("OpenAPI 3.0, 3.1 or Swagger 2").setInputFiles(file("tides.json", JSON.stringify(description)));
  await press(page, "Check only");
  await page.getByText("Nothing has been stored").waitFor();
  await page.getByLabel("OpenAPI 3.0, 3.1 or Swagger 2").setInputFiles(file("tides.json", JSON.stringify(description)));
  await press(page, "Upload");
  await page.getByText("Description uploaded.").waitFor();
  await lookAt(page, "version");
  await follow(page, "Preview the reference");
  await page.getByText("High and low water").first().waitFor();
  await page.goBack();
  await follow(page, "Publish…");
  await press(page, "Publish Tides v1");
  await page.getByText("Published. Developers can see it now.").waitFor();

  await page.goto(`${portal.portal}/staff/catalogue/products/tides/new-document`);
  await page.getByLabel("Title").fill("Begin");
  await page.getByLabel("URL name").fill("begin");
  await page.getByLabel("Text", { exact: true }).fill("With a **key**.");
  await press(page, "Preview");
  await page.locator(".prose strong", { hasText: "key" }).waitFor();
  await lookAt(page, "document");
  await press(page, "Save");
  await lookAt(page, "product");

  await page.goto(`${portal.portal}/staff/catalogue/new-plan`);
  await page.getByLabel("URL name").fill("tides");
  await page.getByLabel("Name", { exact: true }).fill("Tides");
  await page.getByLabel("Environment", { exact: true }).fill("production");
  await page.getByLabel("Versions").fill("tides/v1");
  await page.getByLabel("Calls", { exact: true }).first().fill("1000");
  await page.getByLabel("Window").first().fill("day");
  await lookAt(page, "plan");
  await press(page, "Create plan");
  await page.getByText("Created. Only staff see it until you publish it.").waitFor();
  await press(page, "Publish");
  await page.getByText("Published. Developers can see it now.").waitFor();

  const reader = await openPage(browser, portal);
  await signIn(reader.page, portal, developer);
  await reader.page.goto(`${portal.portal}/apis/tides`);
  await reader.page.getByRole("heading", { name: "Tides" }).first().waitFor();
  assert.equal((await reader.page.goto(`${portal.portal}/staff/catalogue`)).status(), 403);

  await page.goto(`${portal.portal}/staff/catalogue/products/tides`);
  await follow(page, "Delete…");
  await page.getByText("Plans left without a version").waitFor();
  await lookAt(page, "deletion");
  await press(page, "Delete tides");
  await page.getByText("Deleted.", { exact: true }).waitFor();
  assert.equal((await reader.page.goto(`${portal.portal}/apis/tides`)).status(), 404);
  await page.goto(`${portal.portal}/staff/catalogue/plans/tides`);
  await press(page, "Publish");
  await page.getByText("All versions of this plan were deleted").waitFor();
  assert.deepEqual([...wrong, ...reader.wrong], []);
});

test("objects that files manage show their file and cannot be changed", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  for (const [name, path] of Object.entries({
    "filed-product": "products/parcels", "filed-edit": "products/parcels/edit", "filed-version": "products/parcels/versions/2",
    "filed-plan": "plans/acme-production", plans: "plans", strategies: "strategies", "filed-strategy": "strategies/key",
  })) {
    await page.goto(`${portal.portal}/staff/catalogue/${path}`);
    await page.getByText("portico.yaml").first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0, `${name} can be saved`);
    await lookAt(page, name);
  }
  assert.deepEqual(wrong, []);
});

test("a form is filled in with the keyboard only", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  await page.goto(`${portal.portal}/staff/catalogue/new-strategy`);
  await page.getByLabel("URL name").focus();
  await page.keyboard.type("typed");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Typed");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Strategy typed" }).waitFor();
  await lookAt(page, "strategy");
  assert.deepEqual(wrong, []);
});
