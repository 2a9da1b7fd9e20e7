// The Try it form: values arrive at the API, responses are shown, and each failure is explained.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createServer } from "node:http";
import { startLab } from "./lab.mjs";
import { assertFitsWidth, developer, eventually, findBarriers, openPage, pictures, signIn, startPortal, usePortal } from "./portal.mjs";

let lab;
const { portal, browser } = usePortal({}, async () => {
  lab = await startLab(portal, developer);
});
after(() => lab?.stop());

const operation = (product, version, slug) => `${portal.portal}/apis/${product}/${version}/operations/${slug}`;

async function openForm(page, address) {
  await page.goto(address);
  await page.locator("[data-open-try]").first().click();
  await page.locator(".try-form").waitFor();
}

const sendButton = (page) => page.getByRole("button", { name: "Send request" });

// outcome sends the request and returns the status, or "failed".
async function outcome(page) {
  await sendButton(page).click();
  return page.locator("[data-outcome]").getAttribute("data-outcome");
}

const shown = (page) => page.locator(".try-result").innerText();
const echoed = async (page) => JSON.parse(await page.locator("[data-body]").innerText());
const field = (page, name) => page.locator(".try-field", { has: page.locator(`code:text-is("${name}")`) }).locator("input, select, textarea").first();

async function developerPage(options) {
  const opened = await openPage(browser, portal, options);
  await signIn(opened.page, portal);
  return opened;
}

test("a call with the user's own key succeeds, and the code samples follow the form", async () => {
  const { page, wrong } = await developerPage();
  await openForm(page, operation("parcels", "2", "get-status"));
  await page.locator("#try-environment").selectOption("production");
  const keys = await page.locator("#try-key option").allTextContents();
  assert.match(keys[0], /^Primary · [0-9a-f]{6}…$/);
  assert.match(keys[1], /^Secondary · /);
  assert.deepEqual(keys.slice(2), ["Temporary key (10 minutes)", "Temporary key (10 minutes)", "Paste a key", "No key"]);
  const groups = await page.locator("#try-key optgroup").evaluateAll((found) => found.map((group) => group.label));
  assert.match(groups.join("\n"), /Acme Production[^]*\n.*Web shop checkout/, "one ticket for each application");
  assert.equal(await outcome(page), "200");
  assert.match(await shown(page), /"status": "up"/);
  assert.match(await shown(page), /200 OK\s+\d+ ms\s+\d+ B/);
  await page.locator("#try-environment").selectOption("sandbox");
  const sample = page.locator("[data-request] code");
  for (const [language, holds] of Object.entries({ go: /http\.NewRequest/, python: /urllib/, javascript: /await fetch/, java: /HttpRequest/, csharp: /HttpClient/, php: /curl_/, curl: /^curl / })) {
    await page.locator(`[data-request] [data-choice=${language}]`).click();
    await eventually(async () => assert.match((await sample.first().textContent()).trim(), holds));
    assert.match(await sample.first().textContent(), /parcels\/sandbox\/v2\/status/);
  }
  const stored = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  assert.doesNotMatch(stored, /[0-9a-f]{32}/, "a key is in the browser's storage");
  assert.deepEqual(wrong, []);
});

test("values arrive as the description says", async () => {
  const { page } = await developerPage();
  await openForm(page, operation("lab", "1", "search"));
  assert.equal(await field(page, "id").inputValue(), "a/b", "a required parameter begins with its example");
  await field(page, "id").fill("ä b");
  await field(page, "tags").fill("one\ntwo & three");
  await page.getByRole("checkbox", { name: "red" }).check();
  await page.getByRole("checkbox", { name: "green" }).check();
  await field(page, "filter").fill('{"size": 5}');
  await field(page, "big").fill("9007199254740993");
  await field(page, "exact").selectOption({ label: "true" });
  await field(page, "X-Trace").fill("t-1");
  assert.equal(await outcome(page), "200");
  const arrived = await echoed(page);
  assert.equal(arrived.url, "/things/%C3%A4%20b?tags=one&tags=two%20%26%20three&kinds=red,green&filter%5Bsize%5D=5&big=9007199254740993&exact=true");
  assert.equal(arrived.headers["x-trace"], "t-1");
  assert.equal(arrived.headers["x-lab-key"], undefined, "the gateway passes the key on");
  assert.equal(arrived.headers.cookie, undefined);
});

test("bodies: JSON as text and as fields, validation, forms, files", async () => {
  const { page } = await developerPage();
  await openForm(page, operation("lab", "1", "echo"));
  await page.getByRole("button", { name: "Form", exact: true }).click();
  await field(page, "count").fill("0");
  await page.locator(".try-problems li").filter({ hasText: "count" }).waitFor();
  await field(page, "count").fill("7");
  await field(page, "kind").selectOption("fancy");
  assert.equal(await page.locator(".try-problems li").count(), 0);
  assert.equal(await outcome(page), "200");
  assert.deepEqual(JSON.parse((await echoed(page)).body), { extra: "kept", name: "Ada", count: 7, kind: "fancy" });

  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.getByLabel("Body as JSON").fill("{");
  await page.locator(".try-problems li").filter({ hasText: "not JSON" }).waitFor();

  await page.getByLabel("Media type").selectOption("application/x-www-form-urlencoded");
  await field(page, "name").fill("A & B");
  assert.equal(await outcome(page), "200");
  assert.equal((await echoed(page)).body, "name=A+%26+B");

  await page.getByLabel("Media type").selectOption("multipart/form-data");
  await field(page, "title").fill("Report");
  await field(page, "file").setInputFiles({ name: "r.txt", mimeType: "text/plain", buffer: Buffer.from("the report") });
  assert.equal(await outcome(page), "200");
  const { headers, body } = await echoed(page);
  assert.match(headers["content-type"], /^multipart\/form-data; boundary=/);
  assert.match(body, /name="title"\r\n\r\nReport\r\n[^]*filename="r.txt"\r\nContent-Type: text\/plain\r\n\r\nthe report/);
});

test("responses: images, foreign pages, redirects, and truncated bodies", async () => {
  const { page, wrong } = await developerPage();
  let attacked = 0;
  await page.exposeFunction("attacked", () => attacked++);
  await openForm(page, operation("lab", "1", "picture"));
  assert.equal(await outcome(page), "200");
  assert.ok(await page.locator(".try-image").evaluate((image) => image.decode().then(() => image.naturalWidth === 1)));
  const downloads = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  assert.equal((await downloads).suggestedFilename(), "response.png");
  await openForm(page, operation("lab", "1", "page"));
  assert.equal(await outcome(page), "200");
  assert.match(await shown(page), /<script>attacked\(\)<\/script>/);
  assert.equal(attacked, 0);
  await openForm(page, operation("lab", "1", "redirect"));
  assert.equal(await outcome(page), "failed");
  assert.match(await shown(page), /redirect/);
  await openForm(page, operation("lab", "1", "cut"));
  const cut = await outcome(page);
  assert.ok(cut === "200" ? /cut before the response was complete/.test(await shown(page)) : /withheld|cut/.test(await shown(page)), await shown(page));
  assert.equal(lab.followed(), 0, "a redirect was followed");
  assert.deepEqual(wrong.filter((entry) => !/^(answer: 502|request: http:\/\/127\.0\.0\.1)/.test(entry)), []);
});

test("errors of the API differ from rejections by the gateway", async () => {
  const { page } = await developerPage();
  await openForm(page, operation("parcels", "2", "practise-error"));
  assert.equal(await outcome(page), "failed");
  assert.match(await shown(page), /Fill in status/);
  for (const [status, said] of [["404", /reached the API, which refused it/], ["500", /error of its own/]]) {
    await field(page, "status").selectOption(status);
    assert.equal(await outcome(page), status);
    assert.match(await shown(page), said);
  }
  await page.locator("#try-key").selectOption({ label: "No key" });
  assert.equal(await outcome(page), "401");
  assert.match(await shown(page), /carried no key/);
  await page.locator("#try-key").selectOption({ label: "Paste a key" });
  await page.locator("#try-pasted").fill("0123456789abcdef0123456789abcdef");
  assert.equal(await outcome(page), "401");
  assert.match(await shown(page), /unknown, has ended, or was replaced/);
});

test("a temporary key replaces keys that are shown once; a limit says how long to wait", async () => {
  const { page } = await developerPage();
  await openForm(page, operation("meter", "1", "page"));
  assert.equal(await page.locator("#try-key option").first().textContent(), "Temporary key (10 minutes)");
  let tickets = 0;
  page.on("request", (request) => (tickets += /\/try\/tickets\?/.test(request.url()) ? 1 : 0));
  const calls = [];
  page.on("request", (request) => request.url().startsWith(portal.gateway) && calls.push(request.allHeaders()));
  assert.equal(await outcome(page), "200");
  assert.equal(await outcome(page), "429");
  assert.equal(tickets, 1, "a ticket is reused");
  assert.match(await shown(page), /more calls at a time|used up/);
  assert.match(await page.locator("[data-wait]").textContent(), /^Try again in \d+ minutes\.$/);
  await page.goto(`${portal.portal}/profile`);
  const key = (await calls[0])["x-lab-key"];
  assert.match(key, /^pk_prod_/);
  const refused = () => fetch(`${portal.gateway}/meter/page`, { headers: { "X-Lab-Key": key } }).then((answer) => assert.equal(answer.status, 401));
  await eventually(refused); // the ticket ends when the page is left
  const card = page.locator(".panel", { hasText: "Meter" });
  await eventually(async () => {
    await page.reload();
    assert.match(await card.innerText(), /[12] calls? today/);
  });
  assert.equal(await card.locator("[data-key]").count(), 0, "the profile lists the ticket as a key");
});

test("a slow request can be cancelled", async () => {
  const { page } = await developerPage();
  await openForm(page, operation("parcels", "2", "practise-slow"));
  await field(page, "seconds").fill("15");
  await sendButton(page).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator(".try-result").getByText("Cancelled").waitFor();
  await field(page, "seconds").fill("1");
  assert.equal(await outcome(page), "200");
});

test("a link and the history fill in the form again, without secrets", async () => {
  const { page, context } = await developerPage();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openForm(page, operation("lab", "1", "search"));
  await field(page, "id").fill("42");
  await field(page, "exact").selectOption({ label: "false" });
  await field(page, "X-Trace").fill("trace-9");
  await field(page, "X-Secret-Token").fill("canary-secret");
  await outcome(page);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor(); // the clipboard is written after the click
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto("about:blank");
  await page.goto(link);
  await page.locator(".try-form").waitFor();
  const filled = () => Promise.all(["id", "X-Trace", "X-Secret-Token"].map((name) => field(page, name).inputValue()));
  assert.deepEqual(await filled(), ["42", "trace-9", ""]);
  await page.goto(operation("lab", "1", "search"));
  await page.locator("[data-open-try]").first().click();
  await page.getByText("Sent in this session (1)").click();
  await page.getByRole("button", { name: /things\/42/ }).click();
  assert.deepEqual(await filled(), ["42", "trace-9", ""]);
  const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  assert.doesNotMatch(kept, /canary-secret|pk_/);
  await page.getByRole("button", { name: "Close Try it" }).click(); // an open form would be open on the next page too
  await page.goto("about:blank");
  await page.goto(`${operation("lab", "1", "search")}#try=${Buffer.from('{"environment":7,"values":[]}').toString("base64url")}`);
  assert.equal(await page.locator(".try-form").count(), 0, "an invalid link is ignored");
});

test("a visitor may paste a key, and documentation-only APIs say so", async () => {
  const { page } = await openPage(browser, portal);
  await page.goto(operation("lab", "1", "page"));
  if (await page.locator("[data-open-try]").count() > 0) { // a private portal shows nothing to visitors
    await page.locator("[data-open-try]").first().click();
    assert.match(await page.locator("#try-key").locator("..").innerText(), /Sign in/);
  } else {
    await page.getByRole("link", { name: "Sign in" }).first().waitFor();
  }
  const own = await developerPage();
  await own.page.goto(operation("paper", "1", "page"));
  await own.page.getByText("This version is documentation only. You can't call it through this portal.").waitFor();
});

test("a visitor tries the sandbox with a temporary key", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await openForm(page, operation("parcels", "2", "get-status"));
  assert.equal(await page.locator("#try-environment").inputValue(), "sandbox");
  assert.deepEqual(await page.locator("#try-key option").allTextContents(), ["Temporary key (10 minutes)", "Paste a key", "No key"]);
  const issued = [];
  page.on("request", (request) => request.url().includes("/try/visitor-keys") && issued.push(request.method()));
  assert.equal(await outcome(page), "200");
  assert.match(await shown(page), /"status": "up"/);
  assert.equal(await outcome(page), "200");
  assert.deepEqual(issued, ["POST"], "one key is enough for several calls");
  const stored = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href, document.body.innerHTML]));
  assert.doesNotMatch(stored, /pk_sand_/, "the key is in the page or in the browser's storage");
  await page.locator("#try-environment").selectOption("production");
  assert.deepEqual(await page.locator("#try-key option").allTextContents(), ["Paste a key", "No key"]);
  assert.deepEqual(wrong, []);
});

test("a body with alternatives has a form for each", async () => {
  const { page, wrong } = await developerPage();
  await openForm(page, operation("lab", "1", "shape"));
  const body = async () => JSON.parse(await page.locator(".try-json").inputValue());
  await page.getByRole("button", { name: "Form", exact: true }).click();
  const chooser = page.getByLabel("Form of the body");
  assert.deepEqual(await chooser.locator("option").allTextContents(), ["circle", "A square"]);
  assert.equal(await chooser.evaluate((list) => list.selectedOptions[0].text), "A square", "the form that fits the example");
  assert.equal(await page.getByLabel("side").inputValue(), "3");
  await page.getByLabel("side").fill("4");
  assert.deepEqual(await body(), { note: "kept", label: "box", kind: "square", side: 4 });
  await chooser.selectOption("circle");
  assert.equal(await page.getByLabel("label").inputValue(), "box");
  await page.getByLabel("radius").fill("2.5");
  assert.deepEqual(await body(), { note: "kept", label: "box", kind: "circle", radius: 2.5 });
  assert.equal(await page.getByLabel("side").count(), 0);
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.locator(".try-json").fill('{"kind": "square", "label": "x", "side": 1}');
  await page.getByRole("button", { name: "Form", exact: true }).click();
  assert.equal(await page.getByLabel("side").inputValue(), "1");
  assert.deepEqual(wrong, []);
});

test("the keyboard is enough to fill in, send and read", async () => {
  const { page, wrong } = await developerPage();
  await page.goto(operation("parcels", "2", "get-status"));
  const reach = async (wanted) => {
    for (let i = 0; i < 60; i++) {
      const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
      if (focused === wanted) {
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`the keyboard does not reach ${wanted}`);
  };
  await page.keyboard.press("t");
  await page.locator("#try-environment:focus").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator("[data-outcome='200']").waitFor();
  await reach("Raw");
  await page.keyboard.press("Space");
  assert.equal(await page.getByRole("button", { name: "Raw" }).getAttribute("aria-pressed"), "true");
  assert.deepEqual(wrong, []);
});

test("the form is accessible and fits the screen, in both themes and on a phone", async () => {
  const { page } = await developerPage();
  for (const [name, address] of Object.entries({ search: operation("lab", "1", "search"), book: operation("parcels", "2", "book-parcel") })) {
    await openForm(page, address);
    if (name === "book") {
      await page.getByRole("button", { name: "Form", exact: true }).click();
    }
    await outcome(page);
    await page.getByRole("tab", { name: "Headers" }).click();
    for (const [scheme, width] of [["light", 1280], ["dark", 375]]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await assertFitsWidth(page, width);
      assert.deepEqual(await findBarriers(page), [], `${name} in ${scheme}, ${width} px wide`);
      if (pictures) {
        await page.screenshot({ path: `${pictures}/try-${name}-${width}-${scheme}.png`, fullPage: true });
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }
});

test("a response that the browser withholds, and an unreachable gateway", async () => {
  // A gateway without CORS headers, as behind some proxies.
  const mute = createServer((request, response) => response.end("{}"));
  await new Promise((done) => mute.listen(0, "127.0.0.1", done));
  const other = await startPortal({ settings: { PORTICO_GATEWAY_URL: `http://127.0.0.1:${mute.address().port}` } });
  try {
    const { page } = await openPage(browser, other);
    await signIn(page, other);
    await openForm(page, `${other.portal}/apis/parcels/2/operations/get-status`);
    assert.equal(await outcome(page), "failed");
    assert.match(await shown(page), /withheld.*CORS/s);
    mute.closeAllConnections();
    await new Promise((done) => mute.close(done));
    assert.equal(await outcome(page), "failed");
    assert.match(await shown(page), /Gateway not reachable/);
  } finally {
    mute.close();
    await other.stop();
  }
});
