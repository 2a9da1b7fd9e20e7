// The setup of every browser test (usePortal): its own demo portal on free ports, and a Chromium to visit it.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");
export const password = "portico-demo";
export const developer = "dev@demo.example";

// pictures is a folder for screenshots of the tested pages.
export const pictures = process.env.PICTURES;

// patience is how long a test waits for anything, in milliseconds. It is generous because the machine may be busy.
export const patience = 300_000;
const programs = ["chromium", "chromium-browser", "google-chrome"];
const flags = [
  "--headless", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

// startPortal runs a demo portal on an empty directory. It has the large document only if the options name it.
export async function startPortal({ document = "none", settings = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "portico-browser-"));
  const environment = {
    ...process.env, PORTICO_DATA_DIR: folder, PORTICO_LISTEN: "127.0.0.1:0", PORTICO_GATEWAY_LISTEN: "127.0.0.1:0",
    PORTICO_DEMO_PASSWORD: password, ...settings,
  };
  const program = process.env.PORTICO ?? join(root, "bin/portico");
  const running = spawn(program, ["demo", "--document", document], { env: environment, cwd: folder });
  let told = "";
  running.stderr.on("data", (text) => (told += text));
  const ended = new Promise((done) => running.once("exit", done));
  const stop = async () => {
    running.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const addresses = await readAddresses(running, ended, () => told);
    const command = (...words) => execFileSync(program, words, { env: environment, cwd: folder, stdio: "pipe" });
    const apply = (source) => command("apply", "-f", source);
    const grant = (email, plan) => command("grant", email, plan);
    return { ...addresses, stop, apply, grant, log: () => told };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

function readAddresses(running, ended, told) {
  return new Promise((found, failed) => {
    const late = setTimeout(() => failed(new Error(`the portal did not start in time:\n${told()}`)), patience);
    const finish = (settle, value) => {
      clearTimeout(late);
      settle(value);
    };
    const addresses = {};
    createInterface({ input: running.stdout }).on("line", (line) => {
      const [, name, address] = /^(Portal|Gateway):\s+(http\S+)$/.exec(line) ?? [];
      if (name) {
        addresses[name.toLowerCase()] = address;
      }
      if (addresses.portal && addresses.gateway) {
        finish(found, addresses);
      }
    });
    void ended.then((code) => finish(failed, new Error(`the portal ended with ${code}:\n${told()}`)));
  });
}

// usePortal starts a portal and a browser for the tests of a file and stops them afterwards. Both exist before the
// first test. The options are startPortal's, or a function that returns them; furnish prepares the portal. Files pass
// both here because the runner does not wait for one before() before it starts the next.
export function usePortal(options, furnish = () => {}) {
  const portal = {}, browser = {};
  let started;
  before(async () => {
    if (pictures) {
      await mkdir(pictures, { recursive: true });
    }
    Object.assign(portal, await startPortal(typeof options === "function" ? await options() : options));
    await furnish(portal);
    started = await startBrowser();
    browser.newContext = (context) => started.newContext(context);
  });
  after(async () => {
    await started?.close();
    await portal.stop?.();
  });
  return { portal, browser };
}

export function startBrowser() {
  const folders = (process.env.PATH ?? "").split(":");
  const found = programs.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  assert.ok(found, "Chromium is not installed: make test installs it");
  return chromium.launch({ executablePath: found, args: flags });
}

// openPage opens a page and records what must not happen: script errors, policy violations, requests to other hosts and
// server errors.
export async function openPage(browser, portal, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`script: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) {
      wrong.push(`policy: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    if (![portal.portal, portal.gateway].includes(new URL(request.url()).origin)) {
      wrong.push(`request: ${request.url()}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 500) {
      wrong.push(`answer: ${response.status()} ${response.url()}\n${portal.log()}`);
    }
  });
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, context, wrong };
}

export async function signIn(page, portal, email = developer) {
  await page.goto(`${portal.portal}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${portal.portal}/`);
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// findBarriers returns the accessibility problems that axe finds on the page with all of its rules.
export async function findBarriers(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { preload: false }));
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} (${node.failureSummary})`));
}

export async function assertFitsWidth(page, width) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= width, `${page.url()} is ${wide} px wide on a screen of ${width} px`);
}

// assertIconsDrawn waits for the file of icons, which a page loads separately.
export async function assertIconsDrawn(page) {
  const blank = () => page.evaluate(() => [...document.querySelectorAll("use")]
    .filter((icon) => icon.checkVisibility() && icon.getBBox().width === 0).map((icon) => icon.getAttribute("href")));
  await eventually(async () => assert.deepEqual(await blank(), [], `${page.url()} has icons that show nothing`), { within: 10_000 });
}

// lookAt asserts that a page has no barriers, in the light theme on a desktop and in the dark theme on a phone.
export async function lookAt(page, name) {
  for (const [colorScheme, width] of [["light", 1280], ["dark", 375]]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 812 });
    await assertFitsWidth(page, width);
    await assertIconsDrawn(page);
    assert.deepEqual(await findBarriers(page), [], `${name} in ${colorScheme}`);
    if (pictures) {
      await page.screenshot({ path: `${pictures}/${name}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
}

// eventually retries an assertion until it succeeds, because the portal does some work in the background.
export async function eventually(attempt, { within = patience, pause = 250 } = {}) {
  const end = Date.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      if (Date.now() > end) {
        throw failure;
      }
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}
