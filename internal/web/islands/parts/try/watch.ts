import { Code } from "../code";
import { el } from "../dom";
import { left, leave, linked } from "./state";
import { Panel } from "./panel";
import { loadTrial } from "./trial";

// watchTry builds and opens the form on demand: for a button, for a link that fills it in, or if it was open on the
// previous operation.
export function watchTry(): void {
  const panel = document.getElementById("try-panel");
  const code = document.querySelector<HTMLElement>("[data-code]");
  const samples = code ? new Code(code) : undefined;
  if (panel) {
    new Opening(panel, samples);
  }
}

class Opening {
  private readonly openers = [...document.querySelectorAll<HTMLElement>("[data-open-try]")];
  private readonly room: HTMLElement;
  private readonly answers: HTMLElement;
  private loading: Promise<Panel> | undefined;
  private made: Panel | undefined;

  constructor(private readonly panel: HTMLElement, private readonly samples: Code | undefined) {
    this.room = panel.querySelector<HTMLElement>("[data-try-form]")!;
    this.answers = document.querySelector<HTMLElement>("[data-try-answer]")!;
    for (const opener of this.openers) {
      opener.setAttribute("aria-controls", panel.id);
      opener.setAttribute("aria-expanded", "false");
      opener.addEventListener("click", () => void this.open(true));
    }
    panel.querySelector("[data-close-try]")!.addEventListener("click", () => this.close());
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !(event.target instanceof HTMLSelectElement)) {
        this.close();
      }
    });
    addEventListener("hashchange", () => linked() && void this.open(false));
    addEventListener("pagehide", () => this.made && leave(this.made.last(!panel.hidden)));
    if (linked() || left()?.open) {
      void this.open(false);
    }
  }

  private toggle(on: boolean): void {
    this.panel.hidden = !on;
    this.answers.hidden = !on;
    this.openers.forEach((opener) => opener.setAttribute("aria-expanded", String(on)));
  }

  private close(): void {
    this.toggle(false);
    this.openers.find((opener) => opener.checkVisibility())?.focus();
  }

  private async open(focus: boolean): Promise<void> {
    this.toggle(true);
    try {
      const made = await (this.loading ??= this.load());
      const state = linked();
      if (state) {
        made.restore(state);
      }
      if (focus) {
        this.panel.scrollIntoView({ block: "nearest" });
        made.element.querySelector<HTMLElement>("select, input")?.focus();
      }
    } catch (wrong) {
      this.loading = undefined;
      this.room.replaceChildren(el("p", { class: "refused", role: "alert" }, wrong instanceof Error ? wrong.message : "Try it could not be loaded. Load the page again."));
    }
  }

  private async load(): Promise<Panel> {
    const trial = await loadTrial(this.panel.dataset["try"]!);
    const send = this.panel.querySelector<HTMLTemplateElement>("template")!.content.firstElementChild!.cloneNode(true) as HTMLElement;
    const made = new Panel(trial, send, (request) => this.samples?.show(request));
    made.choose(this.samples?.example() ?? "");
    if (this.samples) {
      this.samples.chosen = (key) => made.choose(key);
    }
    const before = left();
    if (before) {
      made.begin(before);
    }
    this.made = made;
    this.room.replaceChildren(made.element);
    this.answers.replaceChildren(made.result.element);
    return made;
  }
}
