// An API for testing the Try it form: it echoes, returns images, redirects and drops connections. It listens on
// loopback.
import { createServer } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

const description = `
openapi: 3.1.0
info: {title: Lab, version: '1'}
paths:
  /picture: {get: {operationId: picture, responses: {'200': {description: A picture.}}}}
  /page: {get: {operationId: page, responses: {'200': {description: A page.}}}}
  /redirect: {get: {operationId: redirect, responses: {'302': {description: Elsewhere.}}}}
  /cut: {get: {operationId: cut, responses: {'200': {description: Half of it.}}}}
  /things/{id}:
    get:
      operationId: search
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}, example: a/b}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: kinds, in: query, explode: false, schema: {type: array, items: {type: string, enum: [red, green]}}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {size: {type: integer}}}}
        - {name: big, in: query, schema: {type: integer}}
        - {name: exact, in: query, schema: {type: boolean}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: X-Secret-Token, in: header, schema: {type: string}}
      responses: {'200': {description: What was sent.}}
  /echo:
    post:
      operationId: echo
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, count]
              properties:
                name: {type: string, minLength: 2}
                count: {type: integer, minimum: 1}
                kind: {$ref: '#/components/schemas/Kind'}
            example: {name: Ada, count: 3, extra: kept}
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {name: {type: string}, count: {type: integer}}}
          multipart/form-data:
            schema: {type: object, properties: {title: {type: string}, file: {type: string, format: binary}}}
      responses: {'200': {description: What was sent.}}
  /shapes:
    post:
      operationId: shape
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [label]
              properties: {label: {type: string}}
              oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]
            example: {kind: square, label: box, side: 3, note: kept}
      responses: {'200': {description: What was sent.}}
components:
  schemas:
    Kind: {type: string, enum: [plain, fancy]}
    Circle: {type: object, required: [kind, radius], properties: {kind: {const: circle}, radius: {type: number}}}
    Square: {type: object, title: A square, required: [kind, side], properties: {kind: {const: square}, side: {type: number}}}
`;

const manifest = (upstream) => `
strategies:
  - {slug: lab, name: Lab key, kind: key, headers: [X-Lab-Key]}
products:
  - slug: lab
    name: Lab
    audience: public
    versions: [{name: '1', spec: lab.yaml, environments: {production: {base_path: /lab, upstream: '${upstream}'}}}]
  - slug: meter
    name: Meter
    audience: signed-in
    versions: [{name: '1', spec: lab.yaml, environments: {production: {base_path: /meter, upstream: '${upstream}'}}}]
  - slug: paper
    name: Paper
    audience: signed-in
    versions: [{name: '1', spec: lab.yaml}]
plans:
  - {slug: lab, name: Lab, environment: production, strategy: lab, opens: [lab/1], approval: staff, keys: {format: prefixed}}
  - {slug: meter, name: Meter, environment: production, strategy: lab, opens: [meter/1], approval: staff, keys: {format: prefixed},
     limits: [{calls: 1, per: subscription, window: 3000s}]}
`;

// startLab starts the API and publishes it in the portal, with access for the account.
export async function startLab(portal, account) {
  let followed = 0;
  const elsewhere = createServer((request, response) => {
    followed++;
    response.end();
  });
  await new Promise((done) => elsewhere.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${elsewhere.address().port}/`;
  const server = createServer((request, response) => void answer(request, response, address));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = (one) => new Promise((done) => one.close(done));
  const stop = () => Promise.all([close(server), close(elsewhere)]);
  try {
    await publish(portal, account, `http://127.0.0.1:${server.address().port}`);
  } catch (failure) {
    await stop();
    throw failure;
  }
  // followed counts the requests to the target of a redirect.
  return { stop, followed: () => followed };
}

async function publish(portal, account, upstream) {
  const folder = await mkdtemp(join(tmpdir(), "portico-lab-"));
  await writeFile(join(folder, "portico.yaml"), manifest(upstream));
  await writeFile(join(folder, "lab.yaml"), description);
  portal.apply(folder);
  await rm(folder, { recursive: true });
  portal.grant(account, "lab");
  portal.grant(account, "meter");
}

async function answer(request, response, elsewhere) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  switch (request.url) {
    case "/picture":
      return response.writeHead(200, { "Content-Type": "image/png" }).end(picture);
    case "/page":
      return response.writeHead(200, { "Content-Type": "text/html" }).end("<script>attacked()</script><h1>Not ours</h1>");
    case "/redirect":
      return response.writeHead(302, { Location: elsewhere }).end();
    case "/cut":
      response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": "1000" });
      return response.write("half", () => response.destroy());
  }
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString("latin1") }));
}
