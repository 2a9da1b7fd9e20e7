import { announce } from "./announce";

const spokenAfter = 600;

// watchFilter filters a list of the reference while the visitor types. Without scripts, the server filters it.
export function watchFilter(): void {
  const field = document.querySelector<HTMLInputElement>(".toolbar .filter input[name=q]");
  const rows = [...document.querySelectorAll<HTMLElement>("main .operations > li")];
  if (!field || field.value !== "" || rows.length === 0) {
    return;
  }
  const texts = rows.map((row) => `${row.textContent} ${row.querySelector("a")?.getAttribute("href") ?? ""}`.toLowerCase());
  const lists = [...document.querySelectorAll<HTMLElement>("main .operations")];
  const none = document.createElement("p");
  none.className = "muted";
  none.textContent = "Nothing in this list matches.";
  none.hidden = true;
  field.form!.after(none);
  let speaking = 0;

  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at]!.includes(word));
      shown += row.hidden ? 0 : 1;
    });
    for (const list of lists) {
      const section = list.closest("section") ?? list;
      section.hidden = !list.querySelector(":scope > li:not([hidden])");
    }
    none.hidden = shown > 0;
    clearTimeout(speaking);
    speaking = window.setTimeout(() => announce(`${shown} of ${rows.length} match.`), spokenAfter);
  });
}
