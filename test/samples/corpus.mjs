// Requests for the samples to send: ordinary ones, and hostile ones whose texts all try to break out of their literals.
export const files = {
  "photo.png": Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256)),
  "-": Buffer.from("a file named like standard input"),
  "@at": Buffer.from("at"),
  "--output": Buffer.from("option"),
  "a;type=text,b.bin": Buffer.from("list"),
  "quotes'\"`\\$(touch canary).bin": Buffer.from("quotes"),
  "ünï 😀.bin": Buffer.from("letters"),
};

export const hostile = [
  "'", '"', "`", "\\", "'\"`\\", "\\'", '\\"', "''", '""', "'''", '"""', '""""""', 'ends with "', "ends with \\", "",
  "$(touch canary)", "`touch canary`", "${PATH}", "$PATH", "$PORTICO_KEY", "{$PATH}", "%PATH%", "%s%n%d%", "#{1+1}", "{{7*7}}",
  "'; touch canary; '", '"; touch canary; "', "\\'; touch canary; #", "&& touch canary", "| touch canary", "> canary",
  '"); require("fs").writeFileSync("canary", ""); ("', "${require('fs').writeFileSync('canary', '')}",
  '"""+__import__("os").system("touch canary")+"""', '" + Runtime.getRuntime().exec("touch canary") + "', '"+`touch canary`+"',
  "*/ /* // #", "<?php touch('canary'); ?>", "?>", "</script><!-- <script>", "]]>", "\\u0022+x+\\u0022", "\\\\u000a", "\\x22\\042\\n\\0",
  "!!", "!$", "@/etc/passwd", "@photo.png", "<photo.png", "-o canary", "--output=canary", "a;type=text/html", "a=b=c", "a&b=c", "[1-3]{a,b}",
  "~/x", "*", "line one\nline two", "line one\r\nX-Injected: yes", "\r", "\n", "ends with a line break\n", "  indented\n    text\n",
  "\ttab\t\nand spaces   \n\n   \nat the end \t", "nul \0 end", "\u001b[31m\x7f\u0080", "\u2028 \u2029 \u0085 \u00a0 \ufeff",
  "emoji 👩‍👩‍👧 🏴", "right \u202e to left \u2066 عربى", "\\\u2028\\\\\u202e\\", "half \ud83d a character", "__proto__", "x".repeat(5000),
];

// json is a body of several lines that contains everything that might end a block of text in a sample.
const json = JSON.stringify(hostile.filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text)).map((text) => text.replace(/[\p{C}\p{Z}]/gu, " ")), null, 2);

const isSendableInHead = (text) => /^[^\u0080-\uffff]*$/.test(text);
const hostileHeaders = hostile.filter(isSendableInHead).map((text, index) => [`X-Hostile-${index}`, text]);
const text = (value, mediaType = "text/plain") => ({ kind: "text", mediaType, text: value });

// requests holds each request's path at the test's server. If key is set, that header gets the key.
export const requests = [
  { name: "get", method: "GET", path: "/pets/12", headers: [["Accept", "application/json"]] },
  { name: "query", method: "GET", path: "/pets?status=free&tag=a%20b&tag=%C3%BC&empty=", headers: [] },
  { name: "key", method: "GET", path: "/pets", headers: [["X-Other", "1"]], key: "X-Api-Key" },
  { name: "odd-key", method: "GET", path: "/pets", headers: [], key: "X-`$!'Key" },
  { name: "missing", method: "GET", path: "/missing", headers: [], status: 404 },
  { name: "head", method: "HEAD", path: "/pets", headers: [] },
  { name: "delete", method: "DELETE", path: "/pets/12", headers: [], key: "X-Api-Key" },
  { name: "options", method: "OPTIONS", path: "/pets", headers: [] },
  { name: "post-nothing", method: "POST", path: "/pets", headers: [] },
  { name: "json", method: "POST", path: "/pets", headers: [], key: "X-Api-Key", body: text('{\n  "name": "Zoë \\"Z\\"",\n  "tags": []\n}', "application/json") },
  { name: "patch", method: "PATCH", path: "/pets/12", headers: [], body: text("[]", "application/merge-patch+json; charset=utf-8") },
  { name: "form", method: "POST", path: "/form", headers: [], body: { kind: "form", fields: [["name", "a b&c"], ["tag", "1"], ["tag", "2"]] } },
  {
    name: "multipart", method: "POST", path: "/upload", headers: [], key: "X-Api-Key",
    body: { kind: "multipart", parts: [{ name: "title", value: "A photo" }, { name: "photo", value: { name: "photo.png" } }, { name: "photo", value: { name: "@at" } }] },
  },
  { name: "file", method: "PUT", path: "/photo", headers: [], body: { kind: "file", mediaType: "image/png", file: { name: "photo.png" } } },
  ...["-", "@at", "quotes'\"`\\$(touch canary).bin"].map((name, index) => ({
    name: `hostile-file-${index}`, method: "PUT", path: "/photo", headers: [], body: { kind: "file", mediaType: "image/png", file: { name } },
  })),
  {
    name: "outside-file", method: "PUT", path: "/photo", headers: [], arrives: { kind: "file", mediaType: "image/png", file: { name: "photo.png" } },
    body: { kind: "file", mediaType: "image/png", file: { name: "../../etc/photo.png" } },
  },
  { name: "hostile-path", method: "GET", path: "/" + hostile.filter((part) => part && !part.includes("\ud83d a")).map(encodeURIComponent).join("/"), headers: [] },
  { name: "raw-query", method: "GET", path: "/raw?" + hostile.filter((part) => !/#|\ud83d a/.test(part) && part.length < 99).join("&"), headers: [] },
  { name: "hostile-headers", method: "GET", path: "/", headers: hostileHeaders },
  { name: "hostile-names", method: "GET", path: "/", headers: [["X\r\nX-Injected", "yes"], ["@/etc/passwd", "1"], ["", "1"], ["Host", "elsewhere"], ["X-Twice", "1"], ["x-twice", "2"]], arrivingHeaders: [["X-Twice", "1, 2"]] },
  { name: "hostile-type", method: "POST", path: "/", headers: [], body: text("x", "text/x'$(touch\r\nX-Injected: canary)"), mayFail: true },
  { name: "letters-in-head", method: "GET", path: "/", headers: [["X-Letters", "ünï 😀 \u2028 \u202e"]], mayFail: true },
  { name: "hostile-block", method: "POST", path: "/", headers: [], body: text(json) },
  { name: "hostile-text", method: "POST", path: "/", headers: [], body: text(hostile.join("\n")) },
  { name: "at-text", method: "POST", path: "/", headers: [], body: text("@photo.png") },
  { name: "option-text", method: "POST", path: "/", headers: [], body: text("-v\0") },
  { name: "long-text", method: "POST", path: "/", headers: [], body: text("long 😀 \"text\"\n".repeat(15_000)) },
  { name: "hostile-form", method: "POST", path: "/", headers: [], body: { kind: "form", fields: hostile.map((value) => [value, value]) } },
  {
    name: "hostile-multipart", method: "POST", path: "/", headers: [],
    body: {
      kind: "multipart",
      parts: [
        ...hostile.map((value, index) => ({ name: `n${index}`, value })),
        ...hostile.filter((name) => name && name.length < 99 && /^[^\p{C}\p{Z}]*$/u.test(name)).map((name) => ({ name, value: "named" })),
        ...Object.keys(files).map((name, index) => ({ name: `f${index}`, value: { name } })),
      ],
    },
  },
];
