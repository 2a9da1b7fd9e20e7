// Call is a request that the browser sends.
export interface Call {
  method: string;
  url: string;
  headers: [string, string][];
  content?: BodyInit;
}

// Outcome is a response, as far as it arrived.
export interface Outcome {
  status: number;
  statusText: string;
  headers: [string, string][];
  milliseconds: number;
  body: Blob;
  // short says why the body is incomplete, empty if it is complete.
  short: string;
}

// Failed is a request without a readable response: the reason, and what to do about it.
export class Failed extends Error {
  constructor(readonly title: string, text: string) {
    super(text);
  }
}

const largestBody = 10 << 20;
const probeWithin = 5_000;

// Browsers remove these headers from requests without an error.
const forbidden = /^(accept-charset|accept-encoding|access-control-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i;

export const browserForbids = (header: string): boolean => forbidden.test(header);

// send sends the request and reads the response until it ends, is too large, or is cancelled by the signal.
export async function send(call: Call, signal: AbortSignal): Promise<Outcome> {
  const began = performance.now();
  let answer: Response;
  try {
    answer = await fetch(call.url, {
      method: call.method, headers: call.headers, body: call.content, signal,
      credentials: "omit", redirect: "manual", cache: "no-store", referrerPolicy: "no-referrer",
    });
  } catch (wrong) {
    throw signal.aborted ? stopped() : await diagnose(call, wrong as Error);
  }
  if (answer.type === "opaqueredirect") {
    throw new Failed("Redirected", "The API responded with a redirect. Browsers do not let a page see where it leads. Run the sample below to see it.");
  }
  const { body, short } = await read(answer, signal);
  return {
    status: answer.status, statusText: answer.statusText, headers: [...answer.headers], body, short,
    milliseconds: performance.now() - began,
  };
}

async function read(answer: Response, signal: AbortSignal): Promise<{ body: Blob; short: string }> {
  const type = answer.headers.get("Content-Type") ?? "";
  const reader = answer.body?.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let short = "";
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      parts.push(part.value as Uint8Array<ArrayBuffer>);
      size += part.value.byteLength;
      if (size > largestBody) {
        short = "The response is larger than 10 MiB. Only its beginning is shown.";
        await reader?.cancel();
        break;
      }
    }
  } catch {
    short = signal.aborted ? "You cancelled it. This is what had arrived." : "The connection was cut before the response was complete.";
  }
  return { body: new Blob(parts, { type }), short };
}

const stopped = (): Failed => new Failed("Cancelled", "You cancelled the request before a response came. The API may still have received it.");

// diagnose finds out why a request failed. A browser does not tell the page, so diagnose asks the gateway for its
// health in a way that needs no permission.
async function diagnose(call: Call, wrong: Error): Promise<Failed> {
  const gateway = new URL(call.url).origin;
  if (/method/i.test(wrong.message) && /^(TRACE|TRACK|CONNECT)$/i.test(call.method)) {
    return new Failed("Not sent", `Browsers send no ${call.method} requests. Run the sample below instead.`);
  }
  if (/GET|HEAD/.test(call.method) && call.content !== undefined) {
    return new Failed("Not sent", `Browsers send no body with ${call.method}. Run the sample below instead.`);
  }
  if (/header|ByteString|ISO-8859-1/i.test(wrong.message)) {
    return new Failed("Not sent", "A header has characters that are not allowed. Use letters, digits and plain punctuation.");
  }
  if (location.protocol === "https:" && gateway.startsWith("http:")) {
    return new Failed("Blocked by the browser", `This page is encrypted and the gateway at ${gateway} is not, so the browser sends nothing. Ask staff to give the gateway a certificate.`);
  }
  if (!navigator.onLine) {
    return new Failed("No connection", "This device is offline. Connect it and send again.");
  }
  try {
    await fetch(`${gateway}/healthz`, { mode: "no-cors", credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(probeWithin) });
  } catch {
    return new Failed("Gateway not reachable", `${gateway} does not respond. It may be down or behind a firewall. Send again in a moment.`);
  }
  return new Failed("The response was withheld",
    `The gateway at ${gateway} is up, but the browser does not show its response to ${location.origin} (CORS), or the connection was cut. Run the sample below instead.`);
}
