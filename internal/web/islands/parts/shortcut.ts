import { el } from "./dom";
import { singleKeysAreOff, turnSingleKeys } from "./single_keys";

// Shortcut is a single key that acts on the page.
interface Shortcut {
  key: string;
  text: string;
  run: () => boolean;
  // there reports whether the key does something on this page.
  there: () => boolean;
}

const shortcuts: Shortcut[] = [];
// Keys that other parts handle. They act in fields too, and cannot be turned off.
const others: { keys: string; text: string; there: () => boolean }[] = [
  { keys: "Ctrl K", text: "Search", there: () => document.querySelector("form[data-search]") !== null },
  { keys: "Ctrl ↵", text: "Send the request", there: () => visible("[data-open-try]") !== undefined },
  { keys: "Esc", text: "Clear or close", there: () => true },
];

// shortcut makes a single key act on the page. It has no effect in a field, while a dialog is open, with Ctrl, Alt or
// Meta, or if the reader has turned single keys off. run reports whether it did something; there reports whether it
// would.
export function shortcut(key: string, text: string, run: () => boolean, there: () => boolean = () => true): void {
  shortcuts.push({ key, text, run, there });
}

// watchShortcuts listens for all shortcuts. The ? key lists them; readers can turn them off in the list.
export function watchShortcuts(): void {
  shortcut("t", "Open Try it", () => press("[data-open-try]"), () => visible("[data-open-try]") !== undefined);
  shortcut("?", "Show all shortcuts", () => {
    show();
    return true;
  });
  document.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (held || event.defaultPrevented || writes(event.target) || singleKeysAreOff() || document.querySelector("dialog[open]")) {
      return;
    }
    if (shortcuts.some((one) => one.key === event.key && one.run())) {
      event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-shortcuts]")) {
      show();
    }
  });
}

// press clicks a button of the page if it is visible.
function press(selector: string): boolean {
  const found = visible(selector);
  found?.click();
  return found !== undefined;
}

// visible returns the first visible element.
export function visible(selector: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(selector)].find((one) => one.checkVisibility());
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

function show(): void {
  const own = document.querySelector<HTMLDialogElement>("[data-shortcut-list]"); // a page with many keys has its own list
  if (own) {
    own.showModal();
    return;
  }
  const close = el("button", { type: "submit", class: "btn" }, "Close");
  const box = el("input", { type: "checkbox", checked: !singleKeysAreOff() });
  box.addEventListener("change", () => turnSingleKeys(box.checked));
  const rows = [...shortcuts.map(({ key, text, there }) => ({ keys: key, text, there })), ...others].filter((one) => one.there());
  const dialog = el("dialog", { class: "dialog shortcut-dialog", "aria-labelledby": "shortcuts" },
    el("h2", { id: "shortcuts" }, "Keyboard shortcuts"),
    el("dl", {}, ...rows.map(({ keys, text }) => el("div", {}, el("dt", {}, ...keys.split(" ").map((key) => el("kbd", {}, key))), el("dd", {}, text)))),
    el("form", { method: "dialog" }, el("label", { class: "check" }, box, " Single-key shortcuts"), close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
