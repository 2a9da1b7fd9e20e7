import { announce } from "./announce";
import { copy } from "./clipboard";

const shownFor = 30_000;

// Key is one key on the page: its masked value and its buttons.
class Key {
  private readonly value: HTMLElement;
  private readonly button: HTMLButtonElement | null;
  private readonly masked: Node[];
  private timer = 0;

  constructor(readonly line: HTMLElement) {
    this.value = line.querySelector<HTMLElement>("[data-key-value]")!;
    this.button = line.querySelector<HTMLButtonElement>("[data-reveal] button");
    this.masked = [...this.value.childNodes];
  }

  secret(): string {
    return this.value.querySelector("[data-secret]")?.textContent ?? "";
  }

  // revealed runs after htmx has inserted the secret.
  revealed(): void {
    if (!this.button || this.secret() === "") {
      return;
    }
    this.name("Hide");
    announce("The key is shown for 30 seconds.");
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), shownFor);
  }

  hide(): void {
    if (!this.button || this.secret() === "") {
      return;
    }
    clearTimeout(this.timer);
    this.value.replaceChildren(...this.masked);
    this.name("Show");
    announce("The key is hidden.");
  }

  // fetch loads the secret without showing it.
  async fetch(): Promise<string> {
    const form = this.line.querySelector<HTMLFormElement>("form[data-reveal]")!;
    const answer = await fetch(form.action, { method: "POST", headers: { "HX-Request": "true" } });
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const secret = part.querySelector("[data-secret]")?.textContent;
    if (!answer.ok || !secret) {
      form.submit(); // the next page says what is wrong
      throw new Error("the key was not revealed");
    }
    return secret;
  }

  // show shows a loaded secret if the browser does not let the page copy it.
  show(secret: string): Element {
    if (this.secret() !== secret) {
      const element = document.createElement("span");
      element.dataset["secret"] = "";
      element.textContent = secret;
      this.value.replaceChildren(element);
      this.revealed();
    }
    return this.value;
  }

  private name(word: "Show" | "Hide"): void {
    const button = this.button!;
    button.textContent = word;
    button.setAttribute("aria-label", (button.getAttribute("aria-label") ?? "").replace(/^(Show|Hide)/, word));
  }
}

// watchKeys reveals keys and hides them again: at the second click, after 30 seconds, and when the visitor leaves.
export function watchKeys(): void {
  const keys = [...document.querySelectorAll<HTMLElement>("[data-key]")].map((line) => new Key(line));
  for (const key of keys) {
    key.line.addEventListener("htmx:beforeRequest", (event) => {
      if (key.secret() !== "") {
        event.preventDefault();
        key.hide();
      }
    });
    key.line.addEventListener("htmx:afterSwap", () => key.revealed());
    const button = key.line.querySelector<HTMLElement>("[data-copy-key]");
    button?.addEventListener("click", () => void copyKey(key, button));
  }
  addEventListener("pagehide", () => keys.forEach((key) => key.hide()));
}

async function copyKey(key: Key, button: HTMLElement): Promise<void> {
  const shown = key.secret();
  const secret = shown !== "" ? Promise.resolve(shown) : key.fetch();
  await copy(secret, button, (text) => key.show(text)).catch(() => undefined);
}
