import { announce } from "../announce";
import { button, el } from "../dom";
import { Failed } from "./send";
import type { Outcome } from "./send";

const largestPretty = 1 << 20;
const largestText = 2 << 20;

// Explanations of the reasons that the gateway gives to pages of the portal.
const refusals: Record<string, string> = {
  no_key: "The gateway refused the call: it carried no key. Choose one above.",
  bad_key: "The gateway refused the call: the key is unknown, has ended, or was replaced.",
  out_of_scope: "The gateway refused the call: the key's subscription does not open this API in this environment.",
  team_disabled: "The gateway refused the call: your team is disabled. Ask the portal's staff.",
  rate_limited: "The gateway refused the call: more calls at a time than the plan allows.",
  quota_spent: "The gateway refused the call: the plan's calls for this period are used up.",
  too_many_guesses: "The gateway refused the call: too many unknown keys came from your address.",
  bad_request: "The gateway refused the call as malformed.",
  body_too_large: "The gateway refused the call: its body is too large.",
  no_route: "The gateway knows no API at this address.",
  misconfigured: "This API is not set up correctly at the gateway. Tell the portal's staff.",
  not_ready: "The gateway is not ready to take calls. Send again in a moment.",
  upstream_failed: "The gateway let the call through, but the API's own service gave no usable answer.",
  upstream_slow: "The gateway let the call through, but the API's own service did not answer in time.",
};

const header = (outcome: Outcome, name: string): string | undefined =>
  outcome.headers.find(([known]) => known.toLowerCase() === name)?.[1];

function explanation(outcome: Outcome): string {
  const reason = header(outcome, "portico-refusal");
  if (reason) {
    return refusals[reason] ?? "The gateway refused the call.";
  }
  if (outcome.status >= 500) {
    return "The call reached the API, which answered with an error of its own.";
  }
  return outcome.status >= 400 ? "The call reached the API, which refused it." : "";
}

// Result shows a response, or why there is none.
export class Result {
  readonly element = el("section", { class: "try-result", "aria-label": "Response", tabindex: "-1", hidden: true });
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
    this.element.append(el("p", { class: "muted", role: "status" }, "Waiting for the answer…"));
  }

  fail(wrong: unknown): void {
    this.clear();
    const title = wrong instanceof Failed ? wrong.title : "Not sent";
    const text = wrong instanceof Error ? wrong.message : String(wrong);
    this.element.hidden = false;
    this.element.append(el("div", { class: "note bad", "data-outcome": "failed" }, el("p", {}, el("strong", {}, `${title}. `), text)));
    announce(`${title}. ${text}`);
  }

  // show shows a response only once it is complete, because reading its body takes a moment.
  async show(outcome: Outcome): Promise<void> {
    this.clear();
    const body = await this.body(outcome);
    const size = bytes(outcome.body.size);
    const time = `${Math.round(outcome.milliseconds).toLocaleString("en")} ms`;
    const state = outcome.status < 300 ? "status-good" : outcome.status < 400 ? "status-other" : "status-bad";
    const line = el("p", { class: "try-status", "data-outcome": String(outcome.status) },
      el("strong", { class: `status ${state}` }, `${outcome.status} ${outcome.statusText}`.trim()),
      el("span", { class: "muted" }, time), el("span", { class: "muted" }, size));
    this.element.append(line);
    const said = explanation(outcome);
    if (said !== "") {
      this.element.append(el("p", { class: "try-said" }, said));
    }
    this.wait(outcome);
    if (outcome.short !== "") {
      this.element.append(el("p", { class: "try-said" }, outcome.short));
    }
    this.element.append(body, headerTable(outcome));
    this.element.hidden = false;
    announce(`${outcome.status} ${outcome.statusText}, ${time}. ${said}`);
  }

  // wait counts down until a limit allows calls again.
  private wait(outcome: Outcome): void {
    const seconds = Number(header(outcome, "retry-after"));
    if (!Number.isInteger(seconds) || seconds <= 0 || (outcome.status !== 429 && outcome.status !== 503)) {
      return;
    }
    const until = Date.now() + seconds * 1000;
    const told = el("p", { class: "try-said", "data-wait": true });
    const tell = (): void => {
      const left = Math.ceil((until - Date.now()) / 1000);
      told.textContent = left > 0 ? `Try again in ${span(left)}.` : "You can send again now.";
      if (left <= 0) {
        clearInterval(this.countdown);
      }
    };
    tell();
    this.countdown = window.setInterval(tell, 1000);
    this.element.append(told);
  }

  private async body(outcome: Outcome): Promise<HTMLElement> {
    if (outcome.body.size === 0) {
      return el("p", { class: "muted" }, "The answer has no body.");
    }
    const type = outcome.body.type.split(";")[0]!.trim().toLowerCase();
    const tools = el("div", { class: "try-tools" });
    const link = this.link(new Blob([outcome.body], { type: "application/octet-stream" }));
    tools.append(el("a", { class: "btn btn-sm", href: link, download: fileName(outcome, type) }, "Download"));
    if (/^image\/(png|jpeg|gif|webp|avif|svg\+xml|bmp)$/.test(type)) {
      return el("div", {}, el("img", { class: "try-image", src: this.link(outcome.body), alt: "The picture that the API answered" }), tools);
    }
    if (!(await isText(outcome.body, type))) {
      return el("div", {}, el("p", { class: "muted" }, `${type || "Bytes"}, which is not shown here.`), tools);
    }
    const raw = await outcome.body.slice(0, largestText).text();
    const code = el("code", {}, pretty(raw, outcome.body.size) ?? raw);
    if (pretty(raw, outcome.body.size) !== undefined) {
      const toggle = button("Raw", () => {
        const isRaw = toggle.getAttribute("aria-pressed") !== "true";
        toggle.setAttribute("aria-pressed", String(isRaw));
        code.textContent = isRaw ? raw : pretty(raw, outcome.body.size)!;
      }, { "aria-pressed": "false" });
      tools.prepend(toggle);
    }
    if (outcome.body.size > largestText) {
      tools.append(el("span", { class: "muted" }, "Only its first 2 MiB are shown."));
    }
    return el("div", {}, el("pre", { tabindex: "0", role: "region", "aria-label": "Response body", "data-body": true }, code), tools);
  }

  private link(content: Blob): string {
    const link = URL.createObjectURL(content);
    this.links.push(link);
    return link;
  }
}

function headerTable(outcome: Outcome): HTMLElement {
  const rows = outcome.headers.filter(([name]) => name !== "portico-refusal");
  return el("details", { class: "try-headers" }, el("summary", {}, `Headers (${rows.length})`),
    el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
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
  return size < 1024 ? `${size} B` : size < 1 << 20 ? `${(size / 1024).toFixed(1)} KiB` : `${(size / (1 << 20)).toFixed(1)} MiB`;
}

function span(seconds: number): string {
  const units: [number, string][] = [[86_400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const [length, name] = units.find(([one]) => seconds >= one * 2 || one === 1)!;
  const count = Math.ceil(seconds / length);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
