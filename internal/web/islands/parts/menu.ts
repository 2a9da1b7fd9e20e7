// watchMenus closes an open menu when the focus or a click is outside it.
export function watchMenus(): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu]")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) {
        menu.open = false;
      }
    });
    document.addEventListener("click", (event) => {
      if (event.target instanceof Node && !menu.contains(event.target)) {
        menu.open = false;
      }
    });
  }
}
