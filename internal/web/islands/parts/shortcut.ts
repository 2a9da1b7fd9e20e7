import { el } from "./dom";
import { singleKeysAreOff, turnSingleKeys } from "./single_keys";

// Shortcut is a single key that acts on the page.
interface Shortcut {
  key: string;
  text: string;
  run: () => boolean;
}

const shortcuts: Shortcut[] = [];
// Keys that other parts handle.
const others: [keys: string, text: string][] = [
  ["Ctrl ↵", "Send the request"], ["Esc", "Clear or close"],
];

// shortcut lets a single key act, but never in a field, with another key held, or if the reader has turned them off.
// run reports whether there was something to do on this page.
export function shortcut(key: string, text: string, run: () => boolean): void {
  shortcuts.push({ key, text, run });
}

// watchShortcuts listens for all of them; ? shows the list, in which they can be turned off.
export function watchShortcuts(): void {
  shortcut("t", "Open Try it", () => press("[data-open-try]"));
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

// press clicks a button of the page if it is there to be seen.
function press(selector: string): boolean {
  const found = [...document.querySelectorAll<HTMLElement>(selector)].find((one) => one.checkVisibility());
  found?.click();
  return found !== undefined;
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
  const rows = [...shortcuts.map((one): [string, string] => [one.key, one.text]), ...others];
  const dialog = el("dialog", { class: "dialog shortcut-dialog", "aria-labelledby": "shortcuts" },
    el("h2", { id: "shortcuts" }, "Keyboard shortcuts"),
    el("dl", {}, ...rows.map(([keys, text]) => el("div", {}, el("dt", {}, ...keys.split(" ").map((key) => el("kbd", {}, key))), el("dd", {}, text)))),
    el("form", { method: "dialog" }, el("label", { class: "check" }, box, " Single-key shortcuts"), close));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
