// Takes the README's screenshots from the demo; make screenshots runs it. It is not a test.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openPage, root, signIn, startBrowser, startPortal } from "./portal.mjs";

const folder = join(root, "docs/images");
const developer = "dev@demo.example";
const staff = "staff@demo.example";

async function sendRequest(page) {
  await page.locator("[data-open-try]").first().click();
  await page.locator(".try-form").waitFor();
  await page.getByRole("button", { name: "Send request" }).click();
  await page.locator("[data-outcome='200']").waitFor();
  await page.locator("[data-request] [data-choice=python]").click();
  await page.locator("[data-request] [data-choice=python][aria-selected=true]").waitFor();
  await page.evaluate(() => document.activeElement?.blur());
}

// makeApplication creates an application with two registrations, one of which is pending.
async function makeApplication(page) {
  await page.getByLabel("Name", { exact: true }).fill("Shop till");
  await page.getByLabel("Description").fill("Prints parcel labels at the counter.");
  await page.getByRole("button", { name: "Create application" }).click();
  const application = page.url();
  const id = new URL(application).pathname.split("/").pop();
  for (const version of ["2", "1"]) {
    await page.goto(new URL(`/apis/parcels/${version}/register?application=${id}`, application).href);
    await page.getByRole("button", { name: /^(Add API|Send request)$/ }).click();
    await page.getByText(/^(API added|Request sent)/).waitFor();
  }
  await page.goto(application.split("?")[0]);
}

// pictures maps file names to pages, with the theme and the signed-in person.
const pictures = [
  { name: "home", path: "/", theme: "light", as: developer },
  { name: "apis", path: "/apis/parcels", theme: "light", as: developer },
  { name: "operation", path: "/apis/parcels/2/operations/book-parcel", theme: "dark", as: developer },
  { name: "try-it", path: "/apis/parcels/2/operations/get-status", theme: "light", as: developer, prepare: sendRequest },
  { name: "application", path: "/applications/new", theme: "light", as: developer, prepare: makeApplication },
  { name: "staff-requests", path: "/staff/requests", theme: "light", as: staff },
  { name: "staff-catalogue", path: "/staff/catalogue/products/parcels", theme: "dark", as: staff },
  { name: "staff-audit", path: "/staff/audit", theme: "light", as: staff },
];

await mkdir(folder, { recursive: true });
const portal = await startPortal();
const browser = await startBrowser();
try {
  for (const { name, path, theme, as, prepare } of pictures) {
    const { page, context } = await openPage(browser, portal, { colorScheme: theme, reducedMotion: "reduce" });
    await signIn(page, portal, as);
    await page.goto(portal.portal + path);
    await prepare?.(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await portal.stop();
}
