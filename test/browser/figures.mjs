// Measures what a reader waits for and prints one row per figure: make bench runs it after the figures of the program.
// It needs a quiet machine. It marks a figure over its limit with MISS, but does not fail.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { developer, eventually, root, signIn, startBrowser, startPortal } from "./portal.mjs";

const rounds = Number(process.env.ROUNDS ?? 7);
const slowed = 4; // times slower than this machine's processor
const document = join(root, ".cache/github/api.github.com.json");
const operation = "/apis/parcels/2/operations/get-parcel";
const rows = [];

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report(what, unit, values, most) {
  const middle = median(values);
  const shown = (value) => (value < 10 ? value.toFixed(3).replace(/\.?0+$/, "") : Math.round(value).toLocaleString("en"));
  rows.push([
    what, `${shown(middle)} ${unit}`, `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`, String(values.length),
    most === undefined ? "" : `at most ${shown(most)} ${unit}`, most === undefined ? "" : middle <= most ? "ok" : "MISS",
  ]);
}

// observe collects what the browser reports about a page from its start.
function observe() {
  globalThis.seen = { largest: 0, shift: 0, longest: 0 };
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (seen.largest = one.startTime)))
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (seen.shift += one.hadRecentInput ? 0 : one.value)))
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (seen.longest = Math.max(seen.longest, one.duration))))
    .observe({ type: "longtask", buffered: true });
  addEventListener("click", (event) => sessionStorage.setItem("clicked", performance.timeOrigin + event.timeStamp), true);
}

async function visit(browser, state, throttle) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, storageState: state });
  await context.addInitScript(observe);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  return { context, page };
}

// firstVisit measures a page with an empty cache on a slow processor.
async function firstVisit(browser, state, address, name, limits) {
  const seen = [];
  for (let round = 0; round < rounds; round++) {
    const { context, page } = await visit(browser, state, slowed);
    await page.goto(address, { waitUntil: "load" });
    await page.waitForTimeout(1_000);
    seen.push(await page.evaluate(() => globalThis.seen));
    await context.close();
  }
  report(`largest contentful paint, ${name}, ${slowed} × slowed`, "ms", seen.map((one) => one.largest), limits.largest);
  report(`longest task, ${name}, ${slowed} × slowed`, "ms", seen.map((one) => one.longest), limits.longest);
  report(`layout shift, ${name}`, "", seen.map((one) => one.shift), 0.01);
}

// nextOperation measures from a click on another operation until its text is painted.
async function nextOperation(browser, state, address, name, most) {
  const { context, page } = await visit(browser, state, 1);
  await page.goto(address);
  const waited = [];
  for (let round = 0; round < rounds + 2; round++) {
    const links = page.locator(".tree a[href*='/operations/']:not([aria-current])").filter({ visible: true });
    const link = links.nth(round % 2 === 0 ? 0 : 1);
    const target = await link.getAttribute("href");
    await link.hover();
    await page.waitForTimeout(250); // as long as a reader's pointer rests on a link before the click
    await link.click();
    await page.waitForURL((url) => url.pathname === target.split("#")[0]);
    const taken = await eventually(() => page.evaluate(() => {
      const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
      const [navigation] = performance.getEntriesByType("navigation");
      return performance.timeOrigin + Math.max(painted, navigation.activationStart ?? 0) - Number(sessionStorage.getItem("clicked"));
    }), { within: 10_000, pause: 20 });
    if (round >= 2) { // the first two fill caches
      waited.push(taken);
    }
    await page.waitForTimeout(200);
  }
  await context.close();
  report(`next operation by click, ${name}`, "ms", waited, most);
}

// sizes measures the compressed HTML and CSS of every page that links lead to.
async function sizes(portal, cookie, starts, name, most, only = () => true) {
  const get = (path) => fetch(portal + path, { headers: { cookie }, redirect: "manual" });
  const waiting = [...starts], known = new Set(starts);
  const found = [];
  let style = 0;
  while (waiting.length > 0 && found.length < 400) {
    const path = waiting.shift();
    const answer = await get(path);
    if (!answer.ok || !/text\/html/.test(answer.headers.get("content-type") ?? "")) {
      continue;
    }
    const text = await answer.text();
    style ||= gzipSync(Buffer.from(await (await get(/href="(\/assets\/site[^"]+\.css)"/.exec(text)[1])).arrayBuffer())).length;
    found.push({ path, size: (gzipSync(text).length + style) / 1024 });
    for (const [, href] of text.matchAll(/href="(\/[^"#?]*)/g)) {
      if (!known.has(href) && only(href) && !/^\/assets|\.(md|txt|xml|css|svg|json|yaml|csv|jsonl)$/.test(href)) {
        known.add(href);
        waiting.push(href);
      }
    }
  }
  const largest = found.reduce((a, b) => (a.size > b.size ? a : b));
  report(`HTML and CSS of ${found.length} ${name}, compressed: the largest, ${largest.path}`, "KB", [largest.size], most);
}

if (!existsSync(document)) {
  console.error("GitHub's API description is missing: run make setup");
  process.exit(1);
}
const portal = await startPortal({ document });
const browser = await startBrowser();
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, portal, developer);
  const hrefs = () => page.locator("main a[href]").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  // find goes to a page and returns the first link on it that matches, once the description is published.
  const find = (path, wanted) => eventually(async () => {
    await page.goto(portal.portal + path);
    const found = (await hrefs()).find((href) => wanted.test(href));
    assert.ok(found, `${path} has no link ${wanted}`);
    return found;
  });
  const github = await find("/apis", /^\/apis\/github[^/]*$/);
  const version = await find(github, /^\/apis\/github[^/]*\/[^/]*\d[^/]*$/);
  const large = await find(version, /\/operations\/repos/);
  const state = await context.storageState();
  const cookie = state.cookies.map((one) => `${one.name}=${one.value}`).join("; ");

  await firstVisit(browser, undefined, portal.portal + "/", "Home of a visitor", { largest: 1_500 });
  await firstVisit(browser, state, portal.portal + "/", "Home of a developer", { largest: 1_500 });
  await firstVisit(browser, state, portal.portal + operation, "operation", { largest: 1_500 });
  await firstVisit(browser, state, portal.portal + large, "operation of GitHub's", { longest: 200 });
  await nextOperation(browser, state, portal.portal + operation, "demo", 120);
  await nextOperation(browser, state, portal.portal + large, "GitHub's", 200);
  await sizes(portal.portal, cookie, ["/", "/apis", "/profile", "/applications"], "pages of the demo", 60, (href) => !href.startsWith(github));
  await sizes(portal.portal, cookie, [operation], "operation pages of the demo", 45, (href) => /\/operations\//.test(href) && !href.startsWith(github));
  await sizes(portal.portal, cookie, [version, large], "pages of GitHub's", 60, (href) => href.startsWith(github));
} finally {
  await browser.close();
  await portal.stop();
}
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of [["figure", "median", "spread", "rounds", "target", ""], ...rows]) {
  console.log(row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd());
}
