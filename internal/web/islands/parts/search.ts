import { announce } from "./announce";
import { el } from "./dom";
import { shortcut } from "./shortcut";

const typingPause = 150;
const listId = "search-results"; // the server's name for the list

// Search makes the portal's search field a combobox: results appear while typing, and the arrow keys select one. The
// focus stays in the field. The field of the top bar moves into a dialog.
class Search {
  private readonly input: HTMLInputElement;
  private readonly panel: HTMLElement;
  private options: HTMLAnchorElement[] = [];
  private active = -1;
  private timer = 0;
  private asking = new AbortController();
  private readonly dialog: HTMLDialogElement | undefined;

  constructor(readonly form: HTMLFormElement) {
    this.input = form.querySelector<HTMLInputElement>("input[type=search]")!;
    this.panel = form.querySelector<HTMLElement>(".search-panel")!;
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-expanded", "false");
    this.input.setAttribute("aria-controls", listId);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    form.addEventListener("submit", () => this.close());
    this.dialog = form.closest("header") ? this.moveToDialog() : undefined;
    form.addEventListener("focusout", (event) => {
      if (!this.dialog && !(event.relatedTarget instanceof Node && form.contains(event.relatedTarget))) {
        this.close();
      }
    });
  }

  private moveToDialog(): HTMLDialogElement {
    const dialog = el("dialog", { class: "palette", "aria-label": "Search" });
    document.body.append(dialog);
    dialog.append(this.form);
    dialog.addEventListener("close", () => this.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) {
        dialog.close(); // a click outside the dialog's content
      }
    });
    return dialog;
  }

  // open opens the dialog, or focuses the field of a page that has its own.
  open(): void {
    if (this.dialog && !this.dialog.open) {
      this.dialog.showModal();
    }
    this.input.focus();
    this.input.select();
    if (this.dialog) {
      this.typed();
    }
  }

  private typed(): void {
    this.stop();
    if (this.input.value.trim() === "") {
      this.close();
    } else {
      this.timer = window.setTimeout(() => void this.ask(), typingPause);
    }
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.asking.abort();
  }

  private async ask(): Promise<void> {
    this.asking = new AbortController();
    const signal = this.asking.signal;
    const address = `${this.form.action}?${new URLSearchParams({ q: this.input.value })}`;
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal });
      const text = await answer.text();
      if (!signal.aborted) {
        this.show(text);
      }
    } catch {
      if (!signal.aborted) {
        this.close(); // Enter still opens the search page, which says what is wrong
      }
    }
  }

  private show(text: string): void {
    this.panel.innerHTML = text;
    this.panel.hidden = false;
    this.options = [...this.panel.querySelectorAll<HTMLAnchorElement>("[role=option]")];
    this.input.setAttribute("aria-expanded", String(this.options.length > 0));
    this.choose(-1);
    announce(this.panel.querySelector<HTMLElement>("[data-announce]")?.dataset["announce"] ?? this.panel.innerText);
  }

  private close(): void {
    this.stop();
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.options = [];
    this.input.setAttribute("aria-expanded", "false");
    this.choose(-1);
    announce("");
  }

  private choose(at: number): void {
    this.active = at;
    this.options.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    const chosen = this.options[at];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing) {
      return;
    }
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        this.step(event.key === "ArrowDown" ? 1 : -1);
        return;
      case "Enter":
        this.enter(event);
        return;
      case "Escape":
        if (this.dialog) {
          event.preventDefault(); // it would clear the field first
          this.dialog.close();
        } else if (!this.panel.hidden) {
          event.preventDefault(); // it would clear the field
          this.close();
        }
    }
  }

  private enter(event: KeyboardEvent): void {
    const option = this.options[this.active];
    const apart = event.ctrlKey || event.metaKey;
    if (option && apart) {
      event.preventDefault();
      window.open(option.href, "_blank", "noopener");
    } else if (option) {
      event.preventDefault();
      option.click();
      this.dialog?.close(); // it may lead to another part of this page
    }
  }

  // step moves the selection and wraps around. The field is between the last option and the first.
  private step(by: number): void {
    const places = this.options.length + 1;
    if (places > 1) {
      this.choose(((this.active + 1 + by + places) % places) - 1);
    } else if (this.input.value.trim() !== "") {
      this.stop();
      void this.ask();
    }
  }
}

// watchSearch adds results to the page's search field. A slash or Ctrl K anywhere focuses it.
export function watchSearch(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-search]");
  if (!form) {
    return;
  }
  const search = new Search(form);
  shortcut("/", "Search", () => {
    search.open();
    return true;
  });
  document.addEventListener("keydown", (event) => {
    const asked = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (asked && !event.isComposing && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      search.open();
    }
  });
  for (const opener of document.querySelectorAll("[data-open-search]")) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      search.open();
    });
  }
}
