// Runs every code sample with the tools of its language, and compares the received request with the intended one.
// Nothing in a request may become part of a program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { files, hostile, requests } from "./corpus.mjs";
import { readLiterals } from "./literals.mjs";
import { programs } from "./programs.mjs";
import { startServer } from "./server.mjs";

const key = "key-of-the-environment";
const keyPlaceholder = "\0key\0";
const root = await mkdtemp(join(tmpdir(), "portico-samples-"));
const generator = join(root, "samples");
execFileSync("go", ["build", "-o", generator, "./tools/samples"]);

// write writes samples of all requests in all languages.
function write(requests) {
  const input = JSON.stringify(requests.map((request) => ({ ...request, body: request.body && inJSON(request.body) })));
  const languages = JSON.parse(execFileSync(generator, { input, encoding: "utf8", maxBuffer: 1 << 28 }));
  return new Map(languages.map(({ id, samples }) => [id, samples]));
}

// inJSON is a body of the corpus as the generator takes it: files by their names.
function inJSON(body) {
  switch (body.kind) {
    case "multipart":
      return { ...body, parts: body.parts.map(({ name, value }) => (typeof value === "string" ? { name, value } : { name, file: value.name })) };
    case "file":
      return { ...body, file: body.file.name };
    default:
      return body;
  }
}

const sampleLanguages = JSON.parse(execFileSync(generator, { input: "[]", encoding: "utf8" }));

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  server?.stop();
  await rm(root, { recursive: true, force: true });
});

// asked returns a request of the corpus in the format of the form.
function asked({ method, path, headers, body, key }, address) {
  return { method, url: address + path, headers: key ? [...headers, [key, keyPlaceholder]] : headers, body };
}

test("the languages, in the order of the page", () => {
  assert.deepEqual(sampleLanguages.map(({ id }) => id), ["curl", "javascript", "python", "go", "php", "java", "csharp"]);
});

for (const { id, name } of sampleLanguages) {
  const program = programs[id];
  test(`${name}: the received request is the intended one`, async (t) => {
    const missing = program.missing();
    if (missing.length > 0) {
      assert.ok(program.optional, `${missing.join(", ")} must be installed; make setup does it`);
      console.log(`samples: ${name} was not run, for this is not installed: ${missing.join(", ")}`);
      return;
    }
    const cwd = join(root, id, "work");
    const build = join(root, id, "build");
    await mkdir(cwd, { recursive: true });
    await mkdir(build);
    await Promise.all(Object.entries(files).map(([file, content]) => writeFile(join(cwd, file), content)));
    const written = write(requests.map((request) => asked(request, `${server.address}/${id}/${request.name}`))).get(id);
    const samples = requests.map((request, index) => ({ name: request.name, code: written[index] }));
    const outputs = await program.run(samples, { cwd, build, key });
    for (const request of requests) {
      await t.test(request.name, () => compare(id, request, outputs.get(request.name)));
    }
    assert.deepEqual((await readdir(cwd)).sort(), Object.keys(files).sort(), "a sample created a file");
  });
}

async function compare(language, request, output) {
  const id = `${language}/${request.name}`;
  const got = server.arrived.get(id);
  if (!got) {
    assert.ok(request.mayFail, `nothing arrived: ${output.slice(0, 3000)}`);
    return;
  }
  assert.equal(got.headers["x-injected"], undefined, "a value injected another header");
  if (request.mayFail) {
    return;
  }
  assert.equal(got.method, request.method);
  assert.equal(unescapedPath(got.path), unescapedPath(request.path));
  const headers = [...(request.arrivingHeaders ?? request.headers), ...(request.key ? [[request.key, key]] : [])];
  for (const [name, value] of headers) {
    assert.equal(got.headers[name.toLowerCase()], value.replace(/\p{Cc}/gu, "").trim(), name);
  }
  if (request.arrivingHeaders) {
    assert.deepEqual(Object.keys(got.headers).filter((name) => /passwd|^$/.test(name)), []);
  }
  await compareBody(language, request.arrives ?? request.body, got);
  assert.match(output, new RegExp(String(request.status ?? 200)));
  if (request.method !== "HEAD") {
    assert.ok(output.includes(`arrived: ${id}`), `the answer is not shown: ${output.slice(0, 3000)}`);
  }
}

const wellFormed = (text) => Buffer.from(text).toString();

// unescapedPath decodes each byte as one character, so that invalid UTF-8 can be compared too.
function unescapedPath(path) {
  return Buffer.from(wellFormed(path).replace(/\p{Cc}/gu, "")).toString("latin1").replace(/%([\da-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
}

async function compareBody(language, body, got) {
  switch (body?.kind) {
    case undefined:
      return assert.equal(got.body.length, 0);
    case "text":
      assert.equal(got.headers["content-type"].replaceAll(" ", ""), body.mediaType.replaceAll(" ", ""));
      return assert.equal(got.body.toString(), wellFormed(body.text));
    case "form":
      assert.match(got.headers["content-type"], /^application\/x-www-form-urlencoded(;|$)/);
      return assert.deepEqual(sorted([...new URLSearchParams(got.body.toString())]), sorted(body.fields.map((field) => field.map(wellFormed))));
    case "multipart":
      assert.match(got.headers["content-type"], /^multipart\/form-data; *boundary=/);
      return assert.deepEqual(parts(language, got), body.parts.map((part) => meantPart(language, part)));
    case "file":
      assert.equal(got.headers["content-type"], body.mediaType);
      return assert.deepEqual(got.body, files[body.file.name]);
  }
}

// Go sorts form fields by name.
const sorted = (fields) => fields.map((field) => JSON.stringify(field)).sort();

// parts parses a multipart body, with one character per byte.
function parts(language, { headers, body }) {
  const [, boundary] = /boundary="?([^"]+)"?/.exec(headers["content-type"]);
  const pieces = ("\r\n" + body.toString("latin1")).split(`\r\n--${boundary}`).slice(1, -1);
  return pieces.map((piece) => {
    const [head, ...content] = piece.split("\r\n\r\n");
    const [, quoted, bare] = /^Content-Disposition: form-data; name=(?:"([^"]*)"|([^";\s]+))(?:; filename.*)?$/im.exec(head) ?? assert.fail(`a part without a name: ${head}`);
    return { name: unquoted(language, quoted ?? bare), isFile: /; filename=/.test(head), content: unified(content.join("\r\n\r\n")) };
  });
}

const letters = (text) => Buffer.from(text).toString("latin1");
// Go escapes backslashes in names, and browsers send every line break as CRLF.
const unquoted = (language, name) => (language === "go" ? name.replaceAll("\\\\", "\\") : name).replaceAll("%22", '"');
const unified = (text) => text.replace(/\r\n?/g, "\n");

function meantPart(language, { name, value }) {
  if (typeof value !== "string") {
    return { name: letters(name), isFile: true, content: unified(files[value.name].toString("latin1")) };
  }
  // The curl command line supports neither an equals sign in a name nor control characters.
  const text = language === "curl" ? value.replace(/(?!\n)\p{Cc}/gu, "") : value;
  return { name: letters(language === "curl" ? name.replaceAll("=", "%3D") : name), isFile: false, content: unified(letters(text)) };
}

// Few machines have the tools of these two languages, so the literals are checked without them.
for (const { id, name } of sampleLanguages.filter(({ id }) => id === "csharp" || id === "php")) {
  test(`${name}: literals say what was meant and end where they should`, async (t) => {
    const hostileSamples = write(requests.map((request) => asked(request, "http://127.0.0.1:1"))).get(id);
    const tameSamples = write(requests.map((request) => tame(asked(request, "http://127.0.0.1:1")))).get(id);
    for (const [index, request] of requests.entries()) {
      await t.test(request.name, () => {
        const { literals, program } = readLiterals(id, hostileSamples[index]);
        assert.equal(program, readLiterals(id, tameSamples[index]).program);
        for (const text of texts(request)) {
          assert.ok(literals.includes(wellFormed(text)), `no literal says ${JSON.stringify(text)}`);
        }
        for (const [header, value] of request.arrivingHeaders ?? (request.mayFail ? [] : request.headers)) {
          const meant = value.replace(/\p{Cc}/gu, "").trim();
          assert.ok(literals.some((literal) => literal === meant || literal === `${header}: ${meant}` || literal === header + ";"), header);
        }
      });
    }
  });
}

function texts({ body }) {
  switch (body?.kind) {
    case "text":
      return [body.text];
    case "form":
      return body.fields.map(([, value]) => value);
    case "multipart":
      return body.parts.map(({ value }) => value).filter((value) => typeof value === "string");
    default:
      return [];
  }
}

// tame returns a request of the same shape with harmless texts.
function tame({ method, headers, body }) {
  const value = (text) => (typeof text === "string" ? "x" : { name: "x" });
  const bodies = {
    text: () => ({ ...body, mediaType: "x", text: "x" }),
    form: () => ({ ...body, fields: body.fields.map(() => ["x", "x"]) }),
    multipart: () => ({ ...body, parts: body.parts.map((part) => ({ name: "x", value: value(part.value) })) }),
    file: () => ({ ...body, mediaType: "x", file: { name: "x" } }),
  };
  const sent = headers.filter(([name]) => /^[^\s@]+$/.test(name) && name !== "Host" && name !== "x-twice");
  return { method, url: "http://127.0.0.1:1", headers: sent.map(([, text], index) => [`X-${index}`, text === keyPlaceholder ? text : "x"]), body: body && bodies[body.kind]() };
}

test("a sample for JavaScript does not end the script around it", () => {
  const bodies = [hostile.join("\n"), "</script>\n<script>"];
  const samples = write(bodies.map((text) => ({ method: "POST", url: "http://127.0.0.1:1", headers: [["X", "<!--</script>"]], body: { kind: "text", mediaType: "x", text } })));
  for (const code of samples.get("javascript")) {
    assert.doesNotMatch(code, /<(\/?script|!--)/i);
  }
});

test("what is hidden stands written out where the language can", () => {
  const samples = write([{ method: "POST", url: "http://127.0.0.1:1/\u202e", headers: [["X", "\u202e\u2066"]], body: { kind: "text", mediaType: "x", text: hostile.join("\n") } }]);
  for (const [id, [code]] of samples) {
    if (id !== "curl") {
      assert.doesNotMatch(code, /(?![ \n\t])[\p{C}\p{Z}]/u, id);
    }
  }
});

test("what is no address of the web leads nowhere else", () => {
  const urls = ["file:///etc/passwd", "-o/tmp/x", "javascript:alert(1)", "", "http://[", "@x"];
  for (const [id, samples] of write(urls.map((url) => ({ method: "GET", url, headers: [] })))) {
    samples.forEach((code, index) => assert.doesNotMatch(code, /['"](file:|-o|javascript:|@)/, `${id}: ${urls[index]}`));
  }
});
