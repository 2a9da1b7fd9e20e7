// A server that records requests by the first two segments of their path: the language and the request.
import { createServer } from "node:http";

export async function startServer() {
  const arrived = new Map();
  const server = createServer({ maxHeaderSize: 256 * 1024 }, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const [, language, name, rest] = /^\/([^/]*)\/([^/?]*)(.*)$/.exec(request.url) ?? [];
    const id = `${language}/${name}`;
    arrived.set(id, { method: request.method, path: rest, headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(rest === "/missing" ? 404 : 200, { connection: "close" }).end(`arrived: ${id}`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { address: `http://127.0.0.1:${server.address().port}`, arrived, stop: () => server.close() };
}
