// Every kind of page that links lead to, for a visitor, a developer and staff. Each page answers, has one heading and a
// title, fits narrow and zoomed windows, does not shift while it loads, and axe finds nothing in either theme.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, developer, findBarriers, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";

// widths are those of a desktop, of the same desktop at 200 % zoom, and of phones.
const widths = [1440, 720, 390, 320];
const height = 900;
const themes = [["light", 1440], ["dark", 390]];
const otherThemes = [["dark", 1440], ["light", 390]];

// Every eighth page is seen in all themes and sizes.
const sample = 8;
// A page may shift this much on a busy machine, where fonts arrive late. make bench holds the figure of a quiet one.
const largestShift = 0.1;

const { portal, browser } = usePortal();

// kindOf returns the route of an address: a segment that follows a plural or has a digit counts as a name. The values of
// the query do not matter.
function kindOf({ pathname, searchParams }) {
  const words = pathname.split("/");
  const named = words.map((word, n) => /\d/.test(word) || isPlural(words[n - 1]) && word !== "new" ? ":" : word);
  return [named.join("/"), ...new Set([...searchParams.keys()].sort())].join("?");
}

function isPlural(word = "") {
  return word === "people" || word.endsWith("s") && word !== "settings";
}

// enough returns how many pages of a kind to visit: few, because they share a template. Of pages that are deep or have
// a query (forms and filtered lists), one is enough.
function enough(kind) {
  return kind.includes("?") || kind.split("/").length > 5 ? 1 : 2;
}

// crawl follows the links of the start pages to all pages that belongs accepts. It returns the number of visited pages
// and the problems.
async function crawl(page, starts, belongs = () => true) {
  const waiting = [...starts], known = new Set(starts), seen = new Map(), problems = [];
  await watchShifts(page);
  let visited = 0;
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const address = new URL(path, portal.portal);
    const kind = kindOf(address);
    if (!belongs(address) || address.searchParams.size > 1 || (seen.get(kind) ?? 0) >= enough(kind)) {
      continue;
    }
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    problems.push(...(await inspect(page, path, visited++ % sample === 0)).map((problem) => `${path}: ${problem}`));
    for (const link of await links(page)) {
      if (!known.has(link)) {
        known.add(link);
        waiting.push(link);
      }
    }
  }
  return { visited, problems };
}

function links(page) {
  return page.locator("a[href]:not([download])").evaluateAll((all) => all
    .map((link) => new URL(link.href)).filter((link) => link.origin === location.origin).map((link) => link.pathname + link.search));
}

// watchShifts sums the layout shifts of each page, except those after input.
function watchShifts(page) {
  return page.addInitScript(() => {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries()) {
        globalThis.shifted += shift.hadRecentInput ? 0 : shift.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

async function inspect(page, path, inAllThemes) {
  const problems = [];
  const note = (problem) => problems.push(problem);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize({ width: widths[0], height });
  const answer = await open(page, path);
  if (answer === undefined) {
    return [];
  }
  if (answer.status() >= 400) {
    note(`answers ${answer.status()}`);
  }
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((drawn) => requestAnimationFrame(drawn))));
  const { headings, title, shifted } = await page.evaluate(() => ({
    headings: document.querySelectorAll("h1").length, title: document.title.trim(), shifted: globalThis.shifted,
  }));
  if (headings !== 1) {
    note(`has ${headings} headings of the first level`);
  }
  if (title === "") {
    note("has no title");
  }
  if (shifted > largestShift) {
    note(`moves by ${shifted} while it loads`);
  }
  for (const width of widths) {
    await page.setViewportSize({ width, height });
    await assertFitsWidth(page, width).catch((failure) => note(failure.message));
  }
  for (const [colorScheme, width] of inAllThemes ? [...themes, ...otherThemes] : themes) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    (await findBarriers(page)).forEach((barrier) => note(`${colorScheme}, ${width} px: ${barrier}`));
  }
  return problems;
}

// open returns undefined if the address is a file and not a page.
async function open(page, path) {
  try {
    const answer = await page.goto(portal.portal + path);
    return answer.headers()["content-type"]?.startsWith("text/html") ? answer : undefined;
  } catch (failure) {
    assert.match(failure.message, /Download is starting/, path);
    return undefined;
  }
}

function assertNothing({ visited, problems }, wrong, atLeast) {
  assert.ok(visited >= atLeast, `only ${visited} pages were found`);
  assert.deepEqual([...problems, ...wrong], [], `of ${visited} pages`);
}

test("every page of a visitor", async () => {
  const { page, wrong } = await openPage(browser, portal);
  assertNothing(await crawl(page, ["/"]), wrong, 8);
});

test("every page of a developer", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, developer);
  assertNothing(await crawl(page, ["/"]), wrong, 20);
});

test("every page of staff", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, staff);
  assertNothing(await crawl(page, ["/staff"], ({ pathname }) => pathname.startsWith("/staff")), wrong, 20);
});
