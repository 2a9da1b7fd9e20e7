// The reference of a description with one of everything: in both themes, on a phone, expanded, and without scripts.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertFitsWidth, developer, findBarriers, openPage, password, signIn, usePortal } from "./portal.mjs";

const rightToLeft = "اسم الحيوان";
const zoo = {
  openapi: "3.1.0",
  info: { title: "Zoo", version: "1" },
  tags: [{ name: rightToLeft, description: "Everything about animals." }, { name: "🦁 lions" }],
  security: [{ key: [] }, { login: ["read"] }],
  paths: {
    "/animals": {
      get: { operationId: "listAnimals", tags: ["🦁 lions"], summary: "List lions", responses: { 200: { description: "All of them." } } },
      post: {
        operationId: "admit", tags: [rightToLeft], summary: "Admit an animal", deprecated: true,
        parameters: [{ name: "tags", in: "query", explode: false, schema: { type: "array", items: { type: "string" } } }],
        requestBody: {
          content: {
            "application/json": {
              schema: { $ref: "#/components/schemas/Animal" },
              examples: { lion: { summary: "A lion", value: { kind: "cat" } }, list: { summary: "Many", value: Array(1_000).fill("a lion") } },
            },
          },
        },
        responses: {
          201: { description: "Admitted.", content: { "application/json": { schema: { $ref: "#/components/schemas/Cat" } } } },
          404: { description: "No cage is free.", content: { "application/json": { example: { error: "full" } } } },
        },
        callbacks: { admitted: { "{$request.body#/url}": { post: { responses: { 204: { description: "Noted." } } } } } },
      },
    },
  },
  webhooks: { escaped: { post: { operationId: "escaped", summary: "An animal has escaped", responses: { 200: { description: "Run." } } } } },
  components: {
    securitySchemes: {
      key: { type: "apiKey", in: "header", name: "X-Zoo" },
      login: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://zoo.example/token", scopes: { read: "See the animals" } } } },
    },
    schemas: {
      Animal: { oneOf: [{ $ref: "#/components/schemas/Cat" }], discriminator: { propertyName: "kind", mapping: { cat: "#/components/schemas/Cat" } } },
      Cat: {
        description: "It **purrs**.",
        properties: {
          home: { properties: { cage: { properties: { door: { properties: { lock: { type: "string" } } } } } } },
          kittens: { type: "array", items: { $ref: "#/components/schemas/Cat" } }, [rightToLeft]: { type: "string" },
          ["very_long_".repeat(30)]: { type: "string", enum: ["x".repeat(150)] },
        },
      },
    },
  },
};

let folder;
const { portal, browser } = usePortal({}, async () => {
  folder = await mkdtemp(join(tmpdir(), "portico-reference-"));
  await writeFile(join(folder, "portico.yaml"),
    `products:\n  - {slug: zoo, name: Zoo, versions: [{name: "1", spec: zoo.json}, {name: "2", spec: zoo.json}]}\n`);
  await writeFile(join(folder, "zoo.json"), JSON.stringify(zoo));
  portal.apply(folder);
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

const unfold = (page) => page.evaluate(() => document.querySelectorAll("main details").forEach((folded) => (folded.open = true)));

test("every page of the reference is accessible, collapsed and expanded", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal);
  for (const path of ["", "/operations/admit", "/operations/escaped", "/schemas", "/schemas/animal", "/schemas/cat"]) {
    for (const [scheme, width] of [["light", 1280], ["dark", 375]]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      const answer = await page.goto(`${portal.portal}/apis/zoo/1${path}`);
      assert.equal(answer.status(), 200);
      assert.deepEqual(await findBarriers(page), [], `${path} in ${scheme}, ${width} px wide`);
      await unfold(page);
      await assertFitsWidth(page, width);
      assert.deepEqual(await findBarriers(page), [], `${path} unfolded in ${scheme}, ${width} px wide`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("links and the keyboard lead through the reference", async () => {
  const { page } = await openPage(browser, portal);
  await signIn(page, portal);
  await page.goto(`${portal.portal}/apis/zoo/1/operations/admit`);
  await page.getByRole("link", { name: "Animal", exact: true }).first().click();
  await page.waitForURL(/\/schemas\/animal$/);
  await page.locator(".discriminator a", { hasText: "Cat" }).click();
  await page.waitForURL(/\/schemas\/cat$/);
  const lock = page.locator("dt code", { hasText: /^lock$/ });
  assert.equal(await lock.isVisible(), false, "an unnamed operation is collapsed");
  for (const summary of await page.locator("details.inside > summary").all()) {
    if ((await summary.locator("..").getAttribute("open")) === null) {
      await summary.focus();
      await page.keyboard.press("Enter");
    }
  }
  assert.ok(await lock.isVisible(), "the keyboard expands it");
  await page.locator(".api-switch > summary").click();
  await page.getByRole("link", { name: "2", exact: true }).click();
  await page.waitForURL(/\/apis\/zoo\/2\/schemas\/cat$/);
  await page.getByRole("link", { name: /^POST Admit an animal.* \/animals$/ }).click();
  await page.getByRole("navigation", { name: "Example" }).getByRole("link", { name: "Many" }).first().click();
  await page.getByRole("link", { name: "The whole example" }).click();
  assert.ok((await page.locator("body").innerText()).trimEnd().endsWith("]"));
});

test("the navigation is filtered with one key, and is a drawer on a phone", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal);
  await page.goto(`${portal.portal}/apis/zoo/1/operations/admit`);
  const tree = page.getByRole("navigation", { name: "Zoo 1" });
  assert.equal(await tree.locator("[aria-current=page]").innerText(), "POST\nAdmit an animal\n, deprecated");
  await page.keyboard.press("f");
  await page.keyboard.type("lions");
  await tree.getByText("Admit an animal").waitFor({ state: "detached" });
  await page.locator("#announcer", { hasText: "1 operation found." }).waitFor({ state: "attached" });
  await tree.getByRole("link", { name: "List lions" }).click();
  await page.waitForURL(/\/operations\/list-animals$/);
  await page.setViewportSize({ width: 390, height: 800 });
  assert.equal(await tree.isVisible(), false);
  await page.getByRole("button", { name: /Zoo 1/ }).click();
  assert.deepEqual(await findBarriers(page), [], "the drawer");
  await tree.getByRole("link", { name: "An animal has escaped" }).click();
  await page.waitForURL(/\/operations\/escaped$/);
  assert.deepEqual(wrong, []);
});

test("a field has an address of its own, wherever it is folded", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal);
  await page.goto(`${portal.portal}/apis/zoo/1/schemas/cat#home.cage.door.lock`);
  assert.ok(await page.locator("dt code", { hasText: /^lock$/ }).isVisible(), "the field is unfolded");
  await page.getByRole("link", { name: "kittens", exact: true }).click();
  assert.equal(new URL(page.url()).hash, "#kittens");
  assert.deepEqual(wrong, []);
});

test("the index is filtered while typing", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal);
  await page.goto(`${portal.portal}/apis/zoo/1`);
  const field = page.getByRole("searchbox");
  await field.pressSequentially("post ADMIT");
  assert.deepEqual(await page.locator(".operations a:visible .summary").allInnerTexts(), ["Admit an animal"]);
  assert.equal(await page.getByRole("heading", { name: "🦁 lions" }).isVisible(), false, "empty sections are hidden");
  await page.locator("#announcer", { hasText: "1 of 3 match." }).waitFor({ state: "attached" });
  await field.fill("nothing at all");
  assert.ok(await page.getByText("Nothing in this list matches.").isVisible());
  await field.fill("");
  assert.equal(await page.locator(".operations a:visible").count(), 3);
  assert.deepEqual(wrong, []);
});

test("the reference works without scripts", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${portal.portal}/sign-in`);
  await page.fill("[name=email]", developer);
  await page.fill("[name=password]", password);
  await page.click("main form button[type=submit]");
  await page.goto(`${portal.portal}/apis/zoo/1/operations/admit`);
  const refused = page.locator(".response", { hasText: "No cage is free." });
  await refused.locator("summary").click();
  assert.ok(await refused.getByText("application/json").isVisible());
  await page.goto(`${portal.portal}/apis/zoo/1?q=lions`);
  assert.equal(await page.locator(".operations a").count(), 1);
  await context.close();
});
