import { announce } from "./announce";

// watchInbox lets the keyboard walk through the requests: j and k move, x chooses, o opens, a and r lead to the buttons.
export function watchInbox(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-inbox]");
  const rows = [...(form?.querySelectorAll<HTMLElement>("[data-request]") ?? [])];
  if (!form || rows.length === 0) {
    return;
  }
  let at = -1;
  const go = (to: number): void => {
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows.forEach((row, index) => row.classList.toggle("current", index === at));
    rows[at]!.querySelector<HTMLElement>("input[type=checkbox], a")?.focus();
  };
  const actions: Record<string, () => void> = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    x: () => rows[at]?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click(),
    o: () => rows[at]?.querySelector<HTMLAnchorElement>("a")?.click(),
    a: () => lead("approve"),
    r: () => lead("reject"),
  };
  const lead = (decision: string): void => {
    const chosen = form.querySelectorAll("[name=request]:checked").length;
    form.querySelector<HTMLElement>(`button[value=${decision}]`)?.focus();
    announce(`${chosen} chosen. Enter decides.`);
  };
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    event.preventDefault();
    action();
  });
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
