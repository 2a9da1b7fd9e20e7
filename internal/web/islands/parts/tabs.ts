// tabs makes a row of links or buttons into tabs: Tab reaches the current one, the arrow keys reach the others.
export function tabs(list: HTMLElement, isCurrent: (tab: HTMLElement) => boolean, panel?: HTMLElement): void {
  const all = [...list.children].filter((child) => child instanceof HTMLElement);
  list.setAttribute("role", "tablist");
  for (const tab of all) {
    tab.setAttribute("role", "tab");
    tab.removeAttribute("aria-current");
    if (panel) {
      tab.setAttribute("aria-controls", panel.id);
    }
  }
  list.addEventListener("keydown", (event) => {
    const at = all.findIndex((tab) => tab === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined && at >= 0) {
      event.preventDefault();
      const tab = all[next % all.length]!;
      tab.focus();
      tab.click();
    }
  });
  choose(all, isCurrent);
}

// choose marks the current tab.
export function choose(all: Iterable<Element>, isCurrent: (tab: HTMLElement) => boolean): void {
  for (const tab of all) {
    if (tab instanceof HTMLElement) {
      const current = isCurrent(tab);
      tab.setAttribute("aria-selected", String(current));
      tab.tabIndex = current ? 0 : -1;
    }
  }
}
