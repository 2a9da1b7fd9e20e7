import { announce } from "../announce";
import { copy } from "../clipboard";
import { button, el } from "../dom";
import { marked } from "./mark";
import { tabs, choose } from "../tabs";
import { Failed } from "./send";
import type { Outcome } from "./send";

const largestPretty = 1 << 20;
const largestText = 2 << 20;

// Explanations of the reasons that the gateway gives to pages of the portal.
const refusals: Record<string, string> = {
  no_key: "The gateway refused the call: it carried no key. Choose one above.",
  bad_key: "The gateway refused the call: the key is unknown, has ended, or was replaced.",
  out_of_scope: "The gateway refused the call: the key can't call this API in this environment.",
  team_disabled: "The gateway refused the call: your team is disabled. Ask staff.",
  rate_limited: "The gateway refused the call: more calls at a time than the plan allows.",
  quota_spent: "The gateway refused the call: the plan's calls for this period are used up.",
  too_many_guesses: "The gateway refused the call: too many unknown keys came from your address.",
  bad_request: "The gateway refused the call as malformed.",
  body_too_large: "The gateway refused the call: its body is too large.",
  no_route: "The gateway knows no API at this address.",
  misconfigured: "This API isn't set up correctly at the gateway. Tell staff.",
  not_ready: "The gateway isn't ready yet. Send again in a moment.",
  upstream_failed: "The gateway let the call through, but the API's own service gave no usable response.",
  upstream_slow: "The gateway let the call through, but the API's own service did not respond in time.",
};

const header = (outcome: Outcome, name: string): string | undefined =>
  outcome.headers.find(([known]) => known.toLowerCase() === name)?.[1];

function explanation(outcome: Outcome): string {
  const reason = header(outcome, "portico-refusal");
  if (reason) {
    return refusals[reason] ?? "The gateway refused the call.";
  }
  if (outcome.status >= 500) {
    return "The call reached the API, which responded with an error of its own.";
  }
  return outcome.status >= 400 ? "The call reached the API, which refused it." : "";
}

// Result shows a response, or the reason why there is none.
export class Result {
  constructor(readonly element: HTMLElement = el("section", { class: "try-result", "aria-label": "Result", tabindex: "-1", hidden: true })) {}

  private links: string[] = [];
  private countdown = 0;

  clear(): void {
    clearInterval(this.countdown);
    this.links.forEach((link) => URL.revokeObjectURL(link));
    this.links = [];
    this.element.replaceChildren();
    this.element.hidden = true;
  }

  waiting(): void {
    this.clear();
    this.element.hidden = false;
    this.element.append(el("div", { class: "ink" }, el("p", { class: "ink-foot", role: "status" }, waitingText)));
  }

  fail(wrong: unknown): void {
    this.clear();
    const { title, text } = reason(wrong);
    this.element.hidden = false;
    this.element.append(el("div", { class: "note bad", "data-outcome": "failed" }, el("p", {}, el("strong", {}, `${title}. `), text)));
    announce(`${title}. ${text}`);
  }

  // show reads the whole body before it shows the response.
  async show(outcome: Outcome): Promise<void> {
    this.clear();
    const tools = el("div", { class: "ink-tools" });
    const body = await this.body(outcome, tools);
    const said = explanation(outcome);
    const told = el("div", { class: "try-said" }, ...[said, outcome.short].filter((text) => text !== "").map((text) => el("p", {}, text)));
    this.wait(outcome, told);
    this.lay(outcome, body, tools, told.childElementCount > 0 ? told : null);
    this.element.hidden = false;
    announce(`${outcome.status} ${outcome.statusText}, ${milliseconds(outcome)}. ${said}`);
  }

  // lay puts the parts of a response into the element.
  protected lay(outcome: Outcome, body: HTMLElement, tools: HTMLElement, told: HTMLElement | null): void {
    const headers = headerTable(outcome);
    headers.hidden = true;
    const both = [body, headers];
    const list = el("div", { class: "ink-tabs", "aria-label": "Response" }, ...["Body", "Headers"].map((name, index) => {
      const tab = el("button", { type: "button", "data-tab": name.toLowerCase() }, name);
      tab.addEventListener("click", () => {
        both.forEach((one, at) => (one.hidden = at !== index));
        choose(list.children, (other) => other === tab);
      });
      return tab;
    }));
    tabs(list, (tab) => tab === list.firstElementChild);
    this.element.append(el("div", { class: "ink" }, el("div", { class: "ink-head" }, list, el("span", { class: "grow" }), tools),
      told, body, headers, statusLine(outcome)));
  }

  // wait counts down to when a limit lets calls through again.
  private wait(outcome: Outcome, room: HTMLElement): void {
    const seconds = Number(header(outcome, "retry-after"));
    if (!Number.isInteger(seconds) || seconds <= 0 || (outcome.status !== 429 && outcome.status !== 503)) {
      return;
    }
    const until = Date.now() + seconds * 1000;
    const told = el("p", { "data-wait": true });
    const tell = (): void => {
      const left = Math.ceil((until - Date.now()) / 1000);
      told.textContent = left > 0 ? `Try again in ${span(left)}.` : "You can send again now.";
      if (left <= 0) {
        clearInterval(this.countdown);
      }
    };
    tell();
    this.countdown = window.setInterval(tell, 1000);
    room.append(told);
  }

  private async body(outcome: Outcome, tools: HTMLElement): Promise<HTMLElement> {
    if (outcome.body.size === 0) {
      return el("p", { class: "ink-note" }, "The response has no body.");
    }
    const type = outcome.body.type.split(";")[0]!.trim().toLowerCase();
    const link = this.link(new Blob([outcome.body], { type: "application/octet-stream" }));
    tools.append(el("a", { class: "btn btn-sm btn-ghost", href: link, download: fileName(outcome, type) }, "Download"));
    if (/^image\/(png|jpeg|gif|webp|avif|svg\+xml|bmp)$/.test(type)) {
      return el("div", { class: "ink-note" }, el("img", { class: "try-image", src: this.link(outcome.body), alt: "The picture in the response" }));
    }
    if (!(await isText(outcome.body, type))) {
      return el("p", { class: "ink-note" }, `${type || "Bytes"} can't be shown here.`);
    }
    const raw = await outcome.body.slice(0, largestText).text();
    const made = pretty(raw, outcome.body.size);
    const code = el("code");
    const write = (text: string): void => code.replaceChildren(...marked(text));
    write(made ?? raw);
    const copyButton: HTMLButtonElement = button("Copy", () => void copy(Promise.resolve(code.textContent ?? ""), copyButton, () => code), { class: "btn btn-sm btn-ghost", "aria-label": "Copy the response" });
    tools.append(copyButton);
    if (made !== undefined) {
      const toggle = button("Raw", () => {
        const isRaw = toggle.getAttribute("aria-pressed") !== "true";
        toggle.setAttribute("aria-pressed", String(isRaw));
        write(isRaw ? raw : made);
      }, { class: "btn btn-sm btn-ghost", "aria-pressed": "false" });
      tools.prepend(toggle);
    }
    const pre = el("pre", { class: "chroma", tabindex: "0", role: "region", "aria-label": "Response body", "data-body": true }, code);
    return outcome.body.size > largestText ? el("div", {}, pre, el("p", { class: "ink-note" }, "Only the first 2 MiB are shown.")) : pre;
  }

  private link(content: Blob): string {
    const link = URL.createObjectURL(content);
    this.links.push(link);
    return link;
  }
}

export const waitingText = "Waiting for the response…";

// reason says why there is no response.
export function reason(wrong: unknown): { title: string; text: string } {
  return { title: wrong instanceof Failed ? wrong.title : "Not sent", text: wrong instanceof Error ? wrong.message : String(wrong) };
}

// answered returns the status of a response and its duration.
export function answered(outcome: Outcome): HTMLElement[] {
  const tone = outcome.status < 300 ? "" : outcome.status < 400 ? "off" : outcome.status < 500 ? "warn" : "bad";
  return [el("span", { class: `answered ${tone}` }, `${outcome.status} ${outcome.statusText}`.trim()), el("span", {}, milliseconds(outcome))];
}

function statusLine(outcome: Outcome): HTMLElement {
  const request = header(outcome, "x-request-id") ?? header(outcome, "request-id");
  return el("p", { class: "ink-foot", "data-outcome": String(outcome.status) },
    ...answered(outcome), el("span", {}, bytes(outcome.body.size)),
    request ? el("code", { class: "request-id", title: "Request ID" }, request) : null);
}

const milliseconds = (outcome: Outcome): string => `${Math.round(outcome.milliseconds).toLocaleString("en")} ms`;

function headerTable(outcome: Outcome): HTMLElement {
  const rows = outcome.headers.filter(([name]) => name !== "portico-refusal");
  return el("div", { class: "try-headers", tabindex: "0", role: "region", "aria-label": "Response headers" },
    el("dl", {}, ...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
}

function pretty(text: string, size: number): string | undefined {
  if (size > largestPretty || !/^\s*[[{]/.test(text)) {
    return undefined;
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

async function isText(body: Blob, type: string): Promise<boolean> {
  if (/^text\/|json|xml|javascript|yaml|x-www-form-urlencoded|graphql/.test(type)) {
    return true;
  }
  const start = new Uint8Array(await body.slice(0, 512).arrayBuffer());
  return type === "" && !start.includes(0);
}

function fileName(outcome: Outcome, type: string): string {
  const named = /filename="?([^";]+)"?/.exec(header(outcome, "content-disposition") ?? "")?.[1];
  const extension = /json/.test(type) ? "json" : /xml/.test(type) ? "xml" : (/^(?:text|image|application)\/([a-z0-9]+)$/.exec(type)?.[1] ?? "bin");
  return named ?? `response.${extension === "plain" ? "txt" : extension}`;
}

export function bytes(size: number): string {
  return size < 1000 ? `${size} B` : size < 1_000_000 ? `${(size / 1000).toFixed(1)} KB` : `${(size / 1_000_000).toFixed(1)} MB`;
}

function span(seconds: number): string {
  const units: [number, string][] = [[86_400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const [length, name] = units.find(([one]) => seconds >= one * 2 || one === 1)!;
  const count = Math.ceil(seconds / length);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
