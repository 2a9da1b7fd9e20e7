// watchSelection counts the selected rows of tables, selects all rows of a page, and clears the selection with Esc.
// Without scripts, the checkboxes and the reset button still work.
export function watchSelection(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-selectable]")) {
    const boxes = [...form.querySelectorAll<HTMLInputElement>("tbody .select-cell input")];
    const all = form.querySelector<HTMLInputElement>("[data-select-all]")!;
    const told = form.querySelector<HTMLElement>("[data-selected]")!;
    const show = (): void => {
      const selected = boxes.filter((box) => box.checked).length;
      told.textContent = `${selected} selected`;
      all.checked = selected > 0 && selected === boxes.length;
      all.indeterminate = selected > 0 && selected < boxes.length;
    };
    all.addEventListener("change", () => {
      boxes.forEach((box) => (box.checked = all.checked));
      show();
    });
    form.addEventListener("change", show);
    form.addEventListener("reset", () => setTimeout(show)); // once the browser has cleared the boxes
    document.addEventListener("keydown", (event) => {
      const inOther = (event.target as Element | null)?.closest("details[open], dialog");
      if (event.key === "Escape" && !inOther && boxes.some((box) => box.checked)) {
        form.reset();
      }
    });
    addEventListener("pageshow", show);
    show();
  }
}
