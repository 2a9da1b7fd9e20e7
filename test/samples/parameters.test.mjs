// How the Try it form encodes parameters in URLs and headers, for every style of OpenAPI.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const root = new URL("../../", import.meta.url).pathname;
const module = execFileSync("go", ["run", "./tools/assets", "-module", "internal/web/islands/parts/try/serialize.ts"], { cwd: root, encoding: "utf8" });
const { target } = await import(`data:text/javascript;base64,${Buffer.from(module).toString("base64")}`);

// spelled returns the request target for one parameter with this value.
function spelled(parameter, value, path = "/things") {
  const whole = { name: "p", ...parameter };
  return target("https://api.example/base", path, [whole], new Map([[whole, value]]));
}

const list = ["blue", "a,b", "c d"];
const object = { R: 100, G: "x&y" };

for (const [what, parameter, value, want] of [
  ["form list", {}, list, "p=blue&p=a%2Cb&p=c%20d"],
  ["form list in one", { explode: false }, list, "p=blue,a%2Cb,c%20d"],
  ["form object", {}, object, "R=100&G=x%26y"],
  ["form object in one", { explode: false }, object, "p=R,100,G,x%26y"],
  ["spaces", { style: "spaceDelimited", explode: false }, list, "p=blue%20a%2Cb%20c%20d"],
  ["pipes", { style: "pipeDelimited" }, list, "p=blue%7Ca%2Cb%7Cc%20d"],
  ["deep object", { style: "deepObject", explode: true }, object, "p%5BR%5D=100&p%5BG%5D=x%26y"],
  ["plain", {}, "ä'*()!&=+ \n", "p=%C3%A4%27%2A%28%29%21%26%3D%2B%20%0A"],
  ["a name of any kind", { name: "a[b]&c" }, "1", "a%5Bb%5D%26c=1"],
  ["JSON", { mediaType: "application/json" }, list, "p=%5B%22blue%22%2C%22a%2Cb%22%2C%22c%20d%22%5D"],
  ["false", {}, false, "p=false"],
  ["null", {}, null, "p=null"],
  ["nested", {}, [{ a: 1 }], "p=%7B%22a%22%3A1%7D"],
]) {
  test(`query: ${what}`, () => assert.equal(spelled({ in: "query", ...parameter }, value).url, `https://api.example/base/things?${want}`));
}

for (const [what, parameter, value, want] of [
  ["plain", {}, "a/b?c", "/a%2Fb%3Fc"],
  ["list", {}, list, "/blue,a%2Cb,c%20d"],
  ["object", {}, object, "/R,100,G,x%26y"],
  ["object exploded", { explode: true }, object, "/R=100,G=x%26y"],
  ["label", { style: "label" }, "blue", "/.blue"],
  ["label list", { style: "label", explode: true }, list, "/.blue.a%2Cb.c%20d"],
  ["label object", { style: "label", explode: true }, object, "/.R=100.G=x%26y"],
  ["matrix", { style: "matrix" }, "blue", "/;p=blue"],
  ["matrix list", { style: "matrix" }, list, "/;p=blue,a%2Cb,c%20d"],
  ["matrix list exploded", { style: "matrix", explode: true }, list, "/;p=blue;p=a%2Cb;p=c%20d"],
  ["matrix object exploded", { style: "matrix", explode: true }, object, "/;R=100;G=x%26y"],
  ["dots are no step", {}, "..", "/%2E%2E"],
]) {
  test(`path: ${what}`, () => assert.equal(spelled({ in: "path", ...parameter }, value, "/{p}").url, `https://api.example/base${want}`));
}

test("headers: lists, objects and texts as they are", () => {
  const header = (value, more = {}) => spelled({ in: "header", ...more }, value).headers;
  assert.deepEqual(header("a b"), [["p", "a b"]]);
  assert.deepEqual(header(["a", "b"]), [["p", "a,b"]]);
  assert.deepEqual(header(object), [["p", "R,100,G,x&y"]]);
  assert.deepEqual(header(object, { explode: true }), [["p", "R=100,G=x&y"]]);
});

test("empty parameters are omitted, and reported if the path needs them", () => {
  assert.equal(spelled({ in: "query" }, undefined).url, "https://api.example/base/things");
  const made = spelled({ in: "path" }, undefined, "/{p}/x");
  assert.deepEqual([made.url, made.missing], ["https://api.example/base/{p}/x", ["p"]]);
  assert.equal(spelled({ in: "query" }, "1", "/things?fixed=1").url, "https://api.example/base/things?fixed=1&p=1");
  assert.equal(spelled({ in: "path" }, "x", "/{p}/{p}").url, "https://api.example/base/x/x");
});
