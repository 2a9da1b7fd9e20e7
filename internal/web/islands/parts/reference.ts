import { announce } from "./announce";
import { copy } from "./clipboard";
import { shortcut, visible } from "./shortcut";

// watchReference scrolls the navigation to the current page, copies pages as Markdown, and opens the part of a page
// that the address names.
export function watchReference(): void {
  const tree = document.querySelector<HTMLElement>("[data-tree]");
  if (tree) {
    watchTree(tree);
  }
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-copy-page]") : null;
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      void copyPage(link);
    }
  });
  addEventListener("hashchange", unfoldTarget);
  unfoldTarget();
}

function watchTree(tree: HTMLElement): void {
  // Measuring forces a layout. The first frame needs one anyway; before it, measuring would cost a second one.
  requestAnimationFrame(() => showCurrent(tree));
  tree.addEventListener("htmx:afterSwap", () => announce(tree.querySelector<HTMLElement>("[data-announce]")?.dataset["announce"] ?? ""));
}

function showCurrent(tree: HTMLElement): void {
  const current = tree.querySelector<HTMLElement>("[aria-current=page]");
  if (current && current.offsetTop > tree.clientHeight - 2 * current.clientHeight) {
    tree.scrollTop = current.offsetTop - tree.clientHeight / 2;
  }
}

// watchFilterKey makes the F key focus the page's filter field.
export function watchFilterKey(): void {
  shortcut("f", "Filter", () => {
    const field = visible("[data-filter]") as HTMLInputElement | undefined;
    field?.focus();
    field?.select();
    return field !== undefined;
  }, () => visible("[data-filter]") !== undefined);
}

async function copyPage(link: HTMLAnchorElement): Promise<void> {
  const text = fetch(link.href).then((answer) => {
    if (!answer.ok) {
      throw new Error(`the page in markdown: ${answer.status}`);
    }
    return answer.text();
  });
  try {
    await copy(text, link, () => link);
  } catch {
    location.assign(link.href); // the page itself says what is wrong
  }
}

// unfoldTarget opens the folded parts around the element that the page's address names.
function unfoldTarget(): void {
  const target = document.querySelector(":target");
  let opened = false;
  for (let around = target?.closest("details"); around; around = around.parentElement?.closest("details")) {
    opened ||= !around.open;
    around.open = true;
  }
  if (opened) {
    target?.scrollIntoView();
  }
}
