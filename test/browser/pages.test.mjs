// Every page in both themes and on a phone: axe finds nothing, no page is wider than the screen, and nothing violates
// the content security policy.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertFitsWidth, assertIconsDrawn, findBarriers, openPage, pictures, signIn, usePortal } from "./portal.mjs";

const phone = { width: 375, height: 812 };
const desktop = { width: 1280, height: 800 };

const planOfKeysShownOnce = `
strategies:
  - {slug: tracking, name: Tracking key, kind: key}
products:
  - slug: tracking
    name: Tracking
    audience: signed-in
    versions:
      - name: "1"
        spec: tracking.yaml
        environments: {production: {base_path: /tracking, upstream: "https://tracking.example"}}
plans:
  - {slug: tracking, name: Tracking, environment: production, strategy: tracking, opens: [tracking/1], approval: staff, keys: {format: prefixed, pair: true}}
`;

const { portal, browser } = usePortal({ document: process.env.DOCUMENT });

// lookAt checks the page in the light theme on a desktop and in the dark theme on a phone. That is enough, because
// colours do not depend on the size.
async function lookAt(page, name) {
  for (const [scheme, size] of [["light", desktop], ["dark", phone]]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    await assertFitsWidth(page, size.width);
    await assertIconsDrawn(page);
    assert.deepEqual(await findBarriers(page), [], `${name} in ${scheme}, ${size.width} px wide`);
  }
  if (pictures) {
    await takePictures(page, name);
  }
  await page.setViewportSize(desktop);
}

async function takePictures(page, name) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const [size, viewport] of Object.entries({ desktop, phone })) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `${pictures}/${name}-${size}-${scheme}.png`, fullPage: true });
    }
  }
}

async function lookAtAll(page, pages) {
  for (const [name, path] of Object.entries(pages)) {
    const answer = await page.goto(portal.portal + path);
    assert.ok(answer.status() < 500, `${path} answers ${answer.status()}:\n${portal.log()}`);
    await lookAt(page, name);
  }
}

test("the pages of a visitor", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await lookAtAll(page, {
    "visitor-home": "/", "visitor-apis": "/apis", "visitor-missing": "/apis/none", "sign-in": "/sign-in?return_to=/profile",
    "signed-out": "/sign-in?done=signed-out", "set-up-dead-link": "/set-up/dead",
  });
  await page.getByRole("link", { name: "Sign in" }).first().click();
  await page.getByLabel("Email").fill("nobody@demo.example");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").filter({ hasText: "incorrect" }).waitFor();
  await lookAt(page, "sign-in-refused");
  assert.deepEqual(wrong, []);
});

test("the site's own fonts", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await page.goto(portal.portal);
  for (const font of ["Geist", "Geist Mono"]) {
    assert.equal(await page.evaluate(async (name) => (await document.fonts.load(`600 1em "${name}"`)).length, font), 1, font);
  }
  assert.deepEqual(wrong, []);
});

test("the pages of a developer", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal);
  await lookAtAll(page, {
    home: "/", apis: "/apis", "apis-filtered": "/apis?q=nothing+like+it", product: "/apis/parcels",
    version: "/apis/parcels/2", "version-filtered": "/apis/parcels/2?q=parcel", profile: "/profile", password: "/profile/password",
    missing: "/nothing",
  });
  await page.goto(`${portal.portal}/apis/parcels`);
  for (const [n, path] of (await hrefs(page, ".documents a")).entries()) {
    await page.goto(portal.portal + path);
    await lookAt(page, `document-${n}`);
  }
  await page.goto(`${portal.portal}/apis/parcels/2`);
  const operations = [];
  for (const method of ["get", "post", "delete"]) {
    operations.push((await hrefs(page, `.operations a:has(.method-${method})`))[0]);
  }
  for (const [n, path] of operations.entries()) {
    await page.goto(portal.portal + path);
    await lookAt(page, `operation-${n}`);
  }
  await page.goto(`${portal.portal}/profile`);
  await page.getByRole("button", { name: "Show" }).first().click();
  await page.locator("[data-secret]").waitFor();
  await page.locator("summary", { hasText: "@demo.example" }).click();
  await lookAt(page, "profile-shown");
  await page.goto(`${portal.portal}/profile`);
  await page.getByRole("link", { name: "Regenerate" }).first().click();
  await page.waitForURL("**/regenerate");
  await lookAt(page, "regenerate");
  assert.deepEqual(wrong, []);
});

test("a document's contents are beside it, and folded above it on a phone", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal);
  await page.setViewportSize(desktop);
  await page.goto(`${portal.portal}/apis/parcels/documents/getting-started`);
  const beside = page.getByRole("navigation", { name: "On this page" });
  assert.equal(await page.locator("summary", { hasText: "On this page" }).isVisible(), false);
  await beside.getByRole("link", { name: "Python" }).click();
  await page.locator("h3:target", { hasText: "Python" }).waitFor();
  await beside.getByRole("link", { name: "Go" }).waitFor();
  await page.getByRole("article").getByRole("link", { name: "Errors" }).click();
  await page.locator("h2:target", { hasText: "What to do" }).waitFor();
  await page.setViewportSize(phone);
  assert.equal(await beside.isVisible(), false);
  await page.locator("summary", { hasText: "On this page" }).click();
  await page.getByRole("link", { name: "What an error looks like" }).click();
  await page.locator("h2:target", { hasText: "What an error looks like" }).waitFor();
  await lookAt(page, "document-contents");
  assert.deepEqual(wrong, []);
});

test("a profile without subscriptions says how to get access", async () => {
  const { page } = await openPage(browser, portal);
  await signIn(page, portal, "other@demo.example");
  await page.goto(`${portal.portal}/profile`);
  await page.getByText("No subscription yet").waitFor();
  await lookAt(page, "profile-empty");
});

test("a key that is shown once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "portico-once-"));
  await writeFile(join(folder, "portico.yaml"), planOfKeysShownOnce);
  await writeFile(join(folder, "tracking.yaml"), "openapi: 3.0.3\ninfo: {title: Tracking, version: '1'}\npaths: {/parcels: {get: {responses: {'200': {description: Where it is.}}}}}\n");
  portal.apply(folder);
  await rm(folder, { recursive: true });
  portal.grant("other@demo.example", "tracking");
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, "other@demo.example");
  await page.goto(`${portal.portal}/profile`);
  assert.equal(await page.getByRole("button", { name: "Show" }).count(), 0);
  await lookAt(page, "profile-once");
  await page.getByRole("link", { name: "Regenerate primary key" }).click();
  await page.getByRole("button", { name: "Regenerate primary key" }).click();
  await page.getByRole("heading", { name: "Copy your new key" }).waitFor();
  await lookAt(page, "secret-once");
  const secret = await page.locator("[data-secret]").textContent();
  await page.getByRole("link", { name: "Done" }).click();
  await page.waitForURL("**/profile#subscriptions");
  assert.ok(!(await page.content()).includes(secret), "the profile shows the key again");
  assert.deepEqual(wrong, []);
});

test("the server renders the chosen theme", async () => {
  const { page } = await openPage(browser, portal, { colorScheme: "light" });
  await page.goto(portal.portal);
  await page.getByRole("button", { name: "Dark" }).click();
  await page.locator("html[data-theme=dark]").waitFor();
  const answer = await page.goto(`${portal.portal}/sign-in`);
  assert.match(await answer.text(), /<html lang="en" data-theme="dark">/);
  await lookAt(page, "sign-in-chosen-dark");
  await page.getByRole("button", { name: "System" }).click();
  await page.locator("html:not([data-theme])").waitFor();
});

function hrefs(page, selector) {
  return page.locator(selector).evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute("href")))]);
}
