import { announce } from "../announce";
import { el } from "../dom";
import { keyPlaceholder } from "./request";
import type { SampleRequest } from "./request";
import { answered, reason, Result, waitingText } from "./result";
import { browserForbids, send } from "./send";
import type { Call, Outcome } from "./send";
import { Tickets } from "./ticket";

// watchRun lets a visitor send the request that the home page shows.
export function watchRun(): void {
  const panel = document.querySelector<HTMLElement>("[data-run]");
  if (panel) {
    new Run(panel);
  }
}

class Run {
  private readonly button: HTMLElement;
  private readonly result: RunResult;
  private readonly tickets = new Tickets();
  private readonly request: SampleRequest;
  private readonly keyFrom: string;
  private running = false;

  constructor(panel: HTMLElement) {
    this.request = JSON.parse(panel.dataset["run"]!) as SampleRequest;
    this.keyFrom = panel.dataset["keyFrom"]!;
    this.result = new RunResult(panel.querySelector<HTMLElement>("[data-run-answer]")!);
    this.button = panel.querySelector<HTMLElement>("[data-run-call]")!;
    this.button.addEventListener("click", () => void this.run());
  }

  private async run(): Promise<void> {
    if (this.running) {
      return;
    }
    this.busy(true);
    this.result.waiting();
    try {
      const { secret } = await this.tickets.get(this.keyFrom);
      const outcome = await send(this.call(secret), new AbortController().signal);
      if (outcome.status === 401) {
        this.tickets.forget();
      }
      await this.result.show(outcome);
    } catch (wrong) {
      this.result.fail(wrong);
    }
    this.busy(false);
  }

  private call(secret: string): Call {
    const { method, url, body } = this.request;
    const headers = this.request.headers.filter(([name]) => !browserForbids(name))
      .map(([name, value]): [string, string] => [name, value === keyPlaceholder ? secret : value]);
    if (body?.kind !== "text") {
      return { method, url, headers };
    }
    return { method, url, headers: [...headers, ["Content-Type", body.mediaType]], content: body.text };
  }

  private busy(on: boolean): void {
    this.running = on;
    this.button.querySelector("[data-run-text]")!.textContent = on ? "Sending" : "Run";
    this.button.setAttribute("aria-busy", String(on));
  }
}

// RunResult shows the response in place of the server's example: first the status, then the body.
class RunResult extends Result {
  // facts are the environment and the operation, which stay in the status line.
  private readonly facts: Element[];

  constructor(element: HTMLElement) {
    super(element);
    this.facts = [...element.querySelectorAll(".ink-foot > :not(.answered)")];
  }

  // waiting keeps the body until the next one is there, so that the page does not jump.
  override waiting(): void {
    this.element.firstElementChild!.replaceWith(this.line("waiting", el("span", { role: "status" }, waitingText)));
  }

  override fail(wrong: unknown): void {
    this.clear();
    const { title, text } = reason(wrong);
    this.element.append(this.line("failed", el("span", { class: "answered bad" }, title)), el("p", { class: "ink-note" }, text));
    this.element.hidden = false;
    announce(`${title}. ${text}`);
  }

  protected override lay(outcome: Outcome, body: HTMLElement, _: HTMLElement, told: HTMLElement | null): void {
    this.element.append(this.line(String(outcome.status), ...answered(outcome)), ...(told ? [told] : []), body);
  }

  private line(outcome: string, ...parts: Element[]): HTMLElement {
    return el("p", { class: "ink-foot", "data-outcome": outcome }, ...parts, ...this.facts);
  }
}
