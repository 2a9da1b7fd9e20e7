import { announce } from "./announce";

const shownFor = 2000;

// copy writes a text to the clipboard. If the browser refuses, it selects the element that shows the text instead. The
// text may be a promise, because some browsers allow the clipboard only during the click.
export async function copy(text: Promise<string>, button: HTMLElement, show: (text: string) => Element): Promise<void> {
  try {
    await write(text);
    flash(button, "Copied");
    button.dispatchEvent(new Event("copied", { bubbles: true }));
    announce("Copied to the clipboard.");
  } catch {
    getSelection()?.selectAllChildren(show(await text));
    flash(button, "Selected");
    announce("The browser does not let this page copy. The text is selected: copy it with the keyboard.");
  }
}

async function write(text: Promise<string>): Promise<void> {
  const blob = text.then((plain) => new Blob([plain], { type: "text/plain" }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } catch {
    await navigator.clipboard.writeText(await text);
  }
}

// flash shows the result on the button; a button with an icon shows a tick.
function flash(button: HTMLElement, text: string): void {
  if (button.querySelector("svg")) {
    button.dataset["copied"] = text;
    setTimeout(() => delete button.dataset["copied"], shownFor);
    return;
  }
  const before = button.dataset["text"] ?? button.textContent ?? "";
  button.dataset["text"] = before;
  button.textContent = text;
  setTimeout(() => {
    button.textContent = before;
  }, shownFor);
}

// save downloads a text as a file.
function save(text: string, file: string, button: HTMLElement): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/octet-stream" }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
  button.dispatchEvent(new Event("copied", { bubbles: true }));
  announce(`Downloaded ${file}.`);
}

// watchCopies makes every button with data-copy copy that text, and every one with data-download save it as a file.
export function watchCopies(): void {
  document.addEventListener("click", (event) => {
    const saves = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-download]") : null;
    if (saves) {
      save(saves.dataset["download"] ?? "", saves.dataset["file"] ?? "", saves);
    }
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    if (button) {
      const text = button.dataset["copy"] ?? "";
      void copy(Promise.resolve(text), button, () => button.previousElementSibling ?? button);
    }
  });
}
