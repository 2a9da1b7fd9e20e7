// A member creates an application, registers it and calls the API with its key. Staff approve and suspend it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFitsWidth, developer, eventually, findBarriers, openPage, signIn, usePortal } from "./portal.mjs";

const staff = "staff@demo.example";
// newcomer owns a team without applications.
const newcomer = "other@demo.example";
const { portal, browser } = usePortal();

const call = async (path, key) => (await fetch(portal.gateway + path, { headers: { "X-Api-Key": key } })).status;

test("an application is registered, approved, called with and suspended", async () => {
  const { page, wrong } = await openPage(browser, portal);
  await signIn(page, portal, newcomer);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Applications" }).click();
  await page.getByRole("heading", { name: "No applications yet" }).waitFor();

  // From the API's page: the member names a new application in the request.
  await page.goto(`${portal.portal}/apis/parcels`);
  await page.getByRole("link", { name: "Request access for version 1" }).click();
  await page.getByText("Staff approve each request.").waitFor();
  await page.getByLabel("Application name").fill("Till");
  await page.getByRole("button", { name: "Send request" }).click();
  await page.getByText("Request sent").waitFor();
  const application = page.url().split("?")[0];

  await page.getByLabel("Key name").fill("Counter");
  await page.getByRole("button", { name: "Create key" }).click();
  const key = await page.locator("[data-secret]").textContent();
  await page.getByRole("link", { name: "Done" }).click();
  await page.getByRole("row", { name: /^Counter/ }).waitFor();
  assert.ok(!(await page.content()).includes(key), "the key is shown once");
  assert.equal(await call("/parcels/v1/status", key), 401);

  await page.goto(`${portal.portal}/applications/requests`);
  await page.getByRole("row", { name: /Parcels 1.*Till.*Waiting for approval/s }).waitFor();

  // Version 2 approves automatically. The application is already selected because the link comes from its page.
  await page.goto(application);
  await page.getByText("can't call anything yet").waitFor();
  await page.getByRole("link", { name: "Add an API" }).click();
  await page.getByRole("heading", { name: "Add an API to Till" }).waitFor();
  await page.getByRole("link", { name: "Add Parcels 2" }).click();
  await page.getByRole("heading", { name: "Add Parcels 2 to Till" }).waitFor();
  await page.getByText("Approved at once").waitFor();
  await page.getByRole("button", { name: "Add API" }).click();
  await page.getByText("keys now work with it").waitFor();
  assert.equal(await call("/parcels/v2/status", key), 200);

  const office = await openPage(browser, portal);
  await signIn(office.page, portal, staff);
  await office.page.goto(`${portal.portal}/staff/requests?state=pending`);
  await office.page.getByRole("link", { name: "Parcels 1, on request" }).first().click();
  await office.page.getByRole("button", { name: "Approve" }).click();
  await eventually(async () => assert.equal(await call("/parcels/v1/status", key), 200));
  await page.goto(application);
  assert.equal(await page.getByRole("region", { name: "APIs" }).getByText("Active", { exact: true }).count(), 2);

  await office.page.goto(`${portal.portal}/staff/subscriptions?q=Till&state=approved`);
  await office.page.locator("table.things").getByRole("link", { name: "Parcels 1, on request" }).click();
  await office.page.getByRole("link", { name: "Suspend" }).click();
  await office.page.getByLabel("Reason").fill("Unusual traffic");
  await office.page.getByRole("button", { name: "Suspend" }).click();
  await office.page.getByText("Suspended. Its keys don't work").waitFor();
  assert.equal(await call("/parcels/v1/status", key), 401);
  assert.equal(await call("/parcels/v2/status", key), 200);

  // Its owner cannot ask again after removing a suspended registration.
  await page.goto(application);
  await page.getByText("Reason: Unusual traffic").waitFor();
  await page.getByRole("link", { name: "Remove Parcels 1" }).click();
  await page.getByText("you can't request it again until they allow it").waitFor();
  await page.getByRole("button", { name: "Remove registration" }).click();
  await page.getByText("API removed.").waitFor();
  await page.goto(`${application}/register`);
  await page.getByRole("heading", { name: "Add an API to Till" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Add Parcels 1" }).count(), 0);

  await page.goto(application);
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByText("Keys that stop working").waitFor();
  await page.getByRole("button", { name: "Delete application" }).click();
  await page.getByText("Application deleted.").waitFor();
  assert.equal(await call("/parcels/v2/status", key), 401);
  assert.deepEqual([...wrong, ...office.wrong], []);
});

test("every page is accessible", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, context, wrong } = await openPage(browser, portal, { colorScheme });
    await signIn(page, portal, developer);
    await page.goto(`${portal.portal}/applications/new`);
    await page.getByLabel("Name").fill(`A till with a long name in the ${colorScheme}`);
    await page.getByRole("button", { name: "Create application" }).click();
    const application = new URL(page.url()).pathname;
    for (const version of ["1", "2"]) {
      await page.goto(`${portal.portal}/apis/parcels/${version}/register?application=${application.split("/").pop()}`);
      await page.getByRole("button", { name: /^(Add API|Send request)$/ }).click();
      await page.getByText(/^(API added|Request sent)/).waitFor();
    }
    await page.goto(portal.portal + application);
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("link", { name: "Done" }).click();
    await page.getByRole("heading", { name: "Keys", exact: true }).waitFor();
    const inside = await page.locator("main .row-actions a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    const paths = [
      "/applications", "/applications/new", "/applications/requests", "/applications?q=nothing", "/apis/parcels", "/apis/parcels/1/key", "/apis/parcels/2/key", "/apis/parcels/2/key?q=nothing",
      `/apis/parcels/1/register?application=${application.split("/").pop()}`, "/team", "/profile",
      application, `${application}/register`, `${application}/register?q=nothing`, `${application}/edit`, `${application}/delete`, ...inside,
    ];
    for (const path of paths) {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(portal.portal + path);
      assert.deepEqual(await findBarriers(page), [], path);
      if (process.env.SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/${path.replaceAll(/[/?]/g, "_").slice(0, 80)}-${colorScheme}.png`, fullPage: true });
      }
      await page.setViewportSize({ width: 375, height: 800 });
      await assertFitsWidth(page, 375);
      if (process.env.SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/${path.replaceAll(/[/?]/g, "_").slice(0, 80)}-${colorScheme}-phone.png`, fullPage: true });
      }
    }
    assert.deepEqual(wrong, []);
    await context.close();
  }
});
