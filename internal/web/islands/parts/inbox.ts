import { announce } from "./announce";
import { singleKeysAreOff, turnSingleKeys } from "./single_keys";

const editable = "input:not([type=checkbox]), textarea, select, [contenteditable]";
let loading = Promise.resolve(); // ends when the chosen request is beside the list
const beside = matchMedia("(width >= 64rem)"); // the list and the request are side by side

// watchInbox handles single keys on the list of requests, except while a field has the focus.
export function watchInbox(): void {
  const inbox = document.querySelector<HTMLElement>("[data-inbox]");
  const rows = [...document.querySelectorAll<HTMLElement>(".ask")];
  watchSelection(rows);
  watchShortcutList(rows.length > 0);
  document.addEventListener("keydown", (event) => {
    const target = event.target as Element | null;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || target?.closest(`${editable}, dialog`)) {
      return;
    }
    if (!singleKeysAreOff() && act(rows, event.key)) {
      event.preventDefault();
    }
  });
  inbox?.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>(".ask a, a[data-next]");
    if (link && beside.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const row = rows.find((one) => linkOf(one).href === link.href);
      if (row) {
        loading = show(rows, row);
      } else {
        location.assign(link.href);
      }
    }
  });
}

const linkOf = (row: HTMLElement): HTMLAnchorElement => row.querySelector("a")!;

// act does what a key means; it reports whether the key means anything here.
function act(rows: HTMLElement[], key: string): boolean {
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  const at = focused >= 0 ? focused : rows.findIndex((row) => linkOf(row).ariaCurrent);
  switch (key) {
    case "j":
    case "ArrowDown":
      return moveTo(rows, rows[focused < 0 ? Math.max(at, 0) : Math.min(at + 1, rows.length - 1)]);
    case "k":
    case "ArrowUp":
      return moveTo(rows, rows[Math.max(at - 1, 0)]);
    case "x":
      return select(rows[at]);
    case "a":
      return decideShown("approve");
    case "r":
      return decideShown("reject");
  }
  return false;
}

function moveTo(rows: HTMLElement[], row: HTMLElement | undefined): boolean {
  if (!row) {
    return false;
  }
  linkOf(row).focus();
  row.scrollIntoView({ block: "nearest" });
  if (beside.matches) {
    loading = show(rows, row);
  }
  return true;
}

// show puts the request of a row beside the list without leaving the page, so that selected rows stay selected.
async function show(rows: HTMLElement[], row: HTMLElement): Promise<void> {
  const link = linkOf(row);
  rows.forEach((one) => linkOf(one).removeAttribute("aria-current"));
  link.setAttribute("aria-current", "true");
  const answer = await fetch(link.href);
  const detail = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#request");
  if (!answer.ok || !detail) {
    location.assign(link.href);
  } else if (link.ariaCurrent) {
    document.querySelector("#request")?.replaceWith(detail);
    history.replaceState(null, "", link.href);
  }
}

function select(row: HTMLElement | undefined): boolean {
  const box = row?.querySelector<HTMLInputElement>("input[name=request]");
  box?.click();
  return Boolean(box);
}

// decideShown waits until the request of the focused row is shown, so that no other request is decided.
function decideShown(decision: string): boolean {
  void loading.then(() => decide(decision));
  return true;
}

// decide moves the focus to the message of the shown request and marks the decision. Ctrl+Enter there sends it.
function decide(decision: string): void {
  const form = document.querySelector<HTMLFormElement>("form[data-decision]");
  const message = form?.querySelector("textarea");
  const buttons = document.querySelectorAll<HTMLButtonElement>("button[form=decision]");
  const chosen = [...buttons].find((button) => button.value === decision);
  if (!form?.checkVisibility() || !message || !chosen) {
    return;
  }
  buttons.forEach((button) => button.classList.toggle("chosen-decision", button === chosen));
  message.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit(chosen);
    }
  };
  message.focus();
  announce(`Press Tab for the buttons, or Ctrl and Enter to ${decision}.`);
}

// watchSelection counts the selected requests.
function watchSelection(rows: HTMLElement[]): void {
  const told = document.querySelector<HTMLElement>("[data-selected]");
  const count = (): void => {
    const selected = rows.filter((row) => row.querySelector<HTMLInputElement>("input:checked")).length;
    told!.textContent = `${selected} selected`;
  };
  if (told) {
    count();
    rows.forEach((row) => row.addEventListener("change", count));
  }
}

// watchShortcutList prepares the list of keys, with the switch that turns single keys off in this browser. Without
// requests, it omits their keys.
function watchShortcutList(hasRows: boolean): void {
  const list = document.querySelector<HTMLDialogElement>("[data-shortcut-list]");
  const box = list?.querySelector<HTMLInputElement>("[data-single-keys]");
  if (!hasRows) {
    list?.querySelectorAll("[data-of-requests]").forEach((row) => row.remove());
  }
  if (box) {
    box.checked = !singleKeysAreOff();
    box.addEventListener("change", () => turnSingleKeys(box.checked));
  }
}
