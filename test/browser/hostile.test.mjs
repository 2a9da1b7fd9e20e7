// An API whose texts all attack the page that shows them. No script runs, no style applies, and nothing is loaded or
// sent.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPage, signIn, usePortal } from "./portal.mjs";

let elsewhere, folder;
let connections = 0;
const { portal, browser } = usePortal({}, async () => {
  elsewhere = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise((done) => elsewhere.listen(0, "127.0.0.1", done));
  folder = await mkdtemp(join(tmpdir(), "portico-hostile-"));
  await writeHostileAPI(folder, `127.0.0.1:${elsewhere.address().port}`);
  portal.apply(folder);
});
after(async () => {
  elsewhere?.close();
  await rm(folder, { recursive: true, force: true });
});

const escape = (text) => `'${text.replaceAll("'", "''")}'`;

function hostileText(host) {
  return [
    "<script>attacked(1)</script>", `<script src="https://${host}/a.js"></script>`, "<img src=x onerror=attacked(2)>",
    `<img src="https://${host}/b.png">`, `![c](https://${host}/c.png)`, `"><svg onload=attacked(3)>`, "<style>*{display:none}</style>",
    `<p style="position:fixed;inset:0;background:red">`, `<iframe src="https://${host}/d"></iframe>`,
    `<form action="https://${host}/e"><input name=password><button>Sign in</button></form>`,
    `<base href="https://${host}/">`, `<meta http-equiv=refresh content="0;url=https://${host}/f">`,
    `<link rel=stylesheet href="https://${host}/g.css">`, "[h](javascript:attacked(4))", `<a href="javascript:attacked(5)">i</a>`,
    "<a href='data:text/html,<script>attacked(6)</script>'>j</a>", "<details open ontoggle=attacked(7)><summary>k</summary></details>",
    "<div hx-get='/profile' hx-trigger='load' data-key>l</div>", "</main></body></html><script>attacked(8)</script>",
  ].join(" ");
}

async function writeHostileAPI(folder, host) {
  const text = escape(hostileText(host));
  await mkdir(join(folder, "docs"));
  await writeFile(join(folder, "docs/1-page.md"), `# Page\n\n${hostileText(host)}\n\n\`\`\`html\n${hostileText(host)}\n\`\`\`\n`);
  await writeFile(join(folder, "portico.yaml"), `
products:
  - slug: hostile
    name: '<script>attacked(9)</script>'
    description: ${text}
    audience: signed-in
    documents: docs
    versions:
      - name: "1"
        spec: spec.yaml
        environments: {production: {base_path: /hostile, upstream: "https://${host}"}}
`);
  await writeFile(join(folder, "spec.yaml"), `
openapi: 3.1.0
info: {title: ${text}, version: ${text}, description: ${text}}
tags: [{name: ${text}, description: ${text}}]
paths:
  '/<script>attacked(10)</script>/{id}':
    post:
      operationId: attack
      summary: ${text}
      description: ${text}
      tags: [${text}]
      parameters:
        - {name: id, in: path, required: true, description: ${text}, schema: {type: string, enum: [${text}], default: ${text}}, example: ${text}}
      externalDocs: {description: ${text}, url: "https://${host}/docs"}
      security: [{${text}: [], login: [${text}]}]
      callbacks:
        ${text}: {${text}: {post: {summary: ${text}, description: ${text}, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Hostile'}}}}}}}
      requestBody:
        description: ${text}
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Hostile'}
            examples:
              ${text}: {summary: ${text}, description: ${text}, value: {a: ${text}}}
              other: {summary: ${text}, description: ${text}, value: ${text}}
          multipart/form-data: {schema: {type: object, properties: {a: {type: string, description: ${text}}}}, encoding: {a: {contentType: ${text}}}}
      responses:
        "200":
          description: ${text}
          content: {application/json: {example: ${text}}}
          links: {${text}: {operationId: ${text}, description: ${text}}}
webhooks:
  ${text}: {post: {operationId: called, summary: ${text}, description: ${text}}}
components:
  securitySchemes:
    ${text}: {type: apiKey, in: header, name: ${text}, description: ${text}}
    login: {type: oauth2, description: ${text}, flows: {implicit: {authorizationUrl: "https://${host}/login", scopes: {${text}: ${text}}}}}
  schemas:
    Hostile:
      title: ${text}
      description: ${text}
      oneOf: [{title: ${text}, description: ${text}, properties: {${text}: {description: ${text}, enum: [${text}]}}}, {$ref: '#/components/schemas/Other'}]
      discriminator: {propertyName: ${text}, mapping: {${text}: ${text}}}
      properties: {${text}: {description: ${text}, properties: {a: {properties: {${text}: {properties: {b: {description: ${text}}}}}}}}}
      patternProperties: {${text}: {description: ${text}}}
      example: {a: [${Array(20).fill(text).join(", ")}]}
    Other: {description: ${text}, allOf: [{properties: {c: {const: ${text}}}}]}
`);
}

test("hostile texts are shown as plain text", async () => {
  const { page, wrong } = await openPage(browser, portal);
  let attacked = 0;
  await page.exposeFunction("attacked", () => attacked++);
  await signIn(page, portal);
  await page.goto(`${portal.portal}/apis/hostile/1`);
  const operation = await page.locator(".operations a").first().getAttribute("href");
  for (const path of ["/apis", "/apis/hostile", "/apis/hostile/documents/page", "/apis/hostile/1", operation,
    "/apis/hostile/1/operations/called", "/apis/hostile/1/schemas", "/apis/hostile/1/schemas/hostile", "/apis/hostile/1/schemas/other"]) {
    await page.goto(portal.portal + path, { waitUntil: "networkidle" });
    assert.equal(new URL(page.url()).pathname, path, "the page navigated away");
    assert.ok(await page.locator("h1").isVisible(), `${path} is styled by us alone`);
    assert.ok(await page.getByRole("button", { name: "Dark" }).isVisible(), `something covers ${path}`);
    for (const link of await page.locator("main a").all()) {
      assert.match(await link.evaluate((element) => element.href), /^(https?|mailto):/);
    }
    await page.evaluate(() => document.querySelectorAll("main details").forEach((folded) => (folded.open = true)));
    assert.equal(await page.locator("main form:not([action^='/']), iframe, object, main svg:not(.icon), main style, [onerror], [hx-trigger]:not([data-tree] *)").count(), 0);
  }
  await page.goto(portal.portal + operation);
  await page.locator("[data-open-try]").first().click();
  await page.locator(".try-form").waitFor();
  await page.getByLabel("Body as JSON").fill("{");
  for (const language of ["javascript", "python", "go", "php", "java", "csharp", "curl"]) {
    await page.locator(`[data-request] [data-choice=${language}]`).click();
    await page.locator(`[data-request] [data-choice=${language}][aria-selected=true]`).waitFor();
  }
  assert.ok((await page.locator(".try-form").innerText()).includes("<script>attacked(1)</script>"), "the form shows the author's texts");
  await page.goto(`${portal.portal}/apis/hostile/1/schemas/hostile`);
  await page.getByRole("link", { name: "The whole example" }).click();
  await page.waitForURL(/schemas\/hostile\/examples\/\d+$/);
  assert.equal(await page.locator("script, img, iframe, form, svg").count(), 0, "an example is plain text");
  assert.ok((await page.locator("body").innerText()).includes("<script>attacked(1)</script>"));
  assert.equal(attacked, 0, "a script ran");
  assert.equal(connections, 0, "something was loaded from another host");
  assert.deepEqual(wrong.filter((entry) => /^(dialog|script)/.test(entry)), []);
});

test("the content security policy stops markup that got through", async () => {
  const { page } = await openPage(browser, portal);
  let attacked = 0;
  await page.exposeFunction("attacked", () => attacked++);
  // No policy stops a page from redirecting, htmx from sending requests to us, or Chromium from connecting to the host
  // of a frame before it blocks it. The catalogue removes such markup, as the test above shows.
  const injected = [/<meta[^>]*>/, /<div hx-get.*?<\/div>/, /<iframe.*?<\/iframe>/].reduce(
    (text, unstoppable) => text.replace(unstoppable, ""), hostileText(`127.0.0.1:${elsewhere.address().port}`));
  await page.route(`${portal.portal}/sign-in`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace("<main", `${injected}<main`) });
  });
  await page.goto(`${portal.portal}/sign-in`, { waitUntil: "networkidle" });
  assert.ok((await page.content()).includes("attacked(3)"), "the markup is in the page");
  await page.evaluate(() => document.querySelector("a[href^=javascript]").click());
  assert.equal(attacked, 0, "a script ran");
  assert.equal(connections, 0, "something was loaded from another host");
});
