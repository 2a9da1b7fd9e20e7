import { el, select } from "../dom";
import { sampleLanguages } from "../samples/index";
import type { SampleRequest } from "../samples/request";
import { Failed } from "./send";
import { linked } from "./state";
import { Panel } from "./panel";
import { loadTrial } from "./trial";

const languageName = "portico-language";

// watchTry opens the form when the visitor uses its button, a link with values, or the choice of language.
export function watchTry(): void {
  const opener = document.querySelector<HTMLButtonElement>("[data-try]");
  const room = document.getElementById("try-panel");
  if (!opener || !room) {
    return;
  }
  const samples = new Samples();
  let panel: Promise<Panel> | undefined;
  const load = (): Promise<Panel> => (panel ??= loadTrial(opener.dataset["try"]!).then((trial) => {
    const made = new Panel(trial, (request) => samples.show(request));
    room.replaceChildren(made.element);
    return made;
  }));
  const asked = opener.textContent;
  const toggle = (on: boolean): void => {
    room.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
    opener.textContent = on ? "Close" : asked;
    opener.classList.toggle("btn-primary", !on);
  };
  const open = async (focus: boolean): Promise<void> => {
    toggle(true);
    try {
      const made = await load();
      const state = linked();
      if (state) {
        made.restore(state);
      }
      if (focus) {
        made.element.querySelector<HTMLElement>("select, input")?.focus();
      }
    } catch (wrong) {
      panel = undefined;
      room.replaceChildren(el("p", { class: "refused", role: "alert" }, wrong instanceof Error || wrong instanceof Failed ? wrong.message : "The form could not be loaded."));
    }
  };
  opener.addEventListener("click", () => {
    if (room.hidden) {
      void open(true);
      return;
    }
    toggle(false);
  });
  samples.onFirstChoice = () => void load().catch(() => undefined);
  if (linked()) {
    void open(false);
  }
  addEventListener("hashchange", () => linked() && void open(false));
}

// Samples is the code sample of the page, in the language that the visitor chose last.
class Samples {
  onFirstChoice = (): void => undefined;
  private readonly code: HTMLElement | null;
  private readonly languages = select(sampleLanguages.map((one) => [one.id, one.name]), { "aria-label": "Language" });
  private request: SampleRequest | undefined;

  constructor() {
    const sample = document.querySelector<HTMLElement>("[data-samples] .sample");
    this.code = sample?.querySelector("code") ?? null;
    if (!sample) {
      return;
    }
    this.languages.classList.add("select-xs");
    sample.querySelector(".sample-head h2")?.after(this.languages);
    this.languages.value = kept() ?? this.languages.value;
    this.languages.addEventListener("change", () => {
      keep(this.languages.value);
      this.write();
    });
    if (this.languages.selectedIndex > 0) {
      queueMicrotask(() => this.onFirstChoice());
    }
  }

  show(request: SampleRequest): void {
    this.request = request;
    this.write();
  }

  private write(): void {
    if (!this.request) {
      this.onFirstChoice();
      return;
    }
    if (this.code) {
      this.code.textContent = sampleLanguages[this.languages.selectedIndex]!.write(this.request);
    }
  }
}

function kept(): string | undefined {
  try {
    const language = localStorage.getItem(languageName);
    return sampleLanguages.some((one) => one.id === language) ? language! : undefined;
  } catch {
    return undefined;
  }
}

function keep(language: string): void {
  try {
    localStorage.setItem(languageName, language);
  } catch {
    // The next page then shows the first language again.
  }
}
