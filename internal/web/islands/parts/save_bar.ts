// watchSaveBar counts the unsaved changes of the form around a save bar, saves with Ctrl S, and warns before the visitor
// leaves unsaved changes.
export function watchSaveBar(): void {
  const bar = document.querySelector<HTMLElement>("[data-save-bar]");
  const form = bar?.closest("form");
  if (!bar || !form) {
    return;
  }
  const note = bar.querySelector<HTMLElement>("[data-unsaved]")!;
  const discard = bar.querySelector<HTMLElement>("[data-discard]")!;
  const settings = [...form.querySelectorAll<HTMLElement>("[data-setting]")];
  let leaving = false;

  const unsaved = () => settings.filter((setting) => isUnsaved(setting, form)).length;
  const show = () => {
    const count = unsaved();
    const text = count === 0 ? "" : count === 1 ? "1 unsaved change" : `${count} unsaved changes`;
    if (note.textContent!.trim() !== text) {
      note.textContent = text;
    }
    bar.toggleAttribute("data-dirty", count > 0);
    discard.hidden = count === 0;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", () => (leaving = true));
  discard.addEventListener("click", () => (leaving = true));
  addEventListener("pageshow", show);
  addEventListener("beforeunload", (event) => {
    if (!leaving && unsaved() > 0) {
      event.preventDefault();
    }
  });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(bar.querySelector<HTMLElement>("[data-save]"));
    }
  });
  show();
}

// isUnsaved reports whether the server showed an unsaved value, or the visitor has changed one.
function isUnsaved(setting: HTMLElement, form: HTMLFormElement): boolean {
  if (setting.dataset["changed"] !== undefined) {
    return true;
  }
  const inputs = [...form.elements].filter((input) => setting.contains(input));
  return inputs.some((input) => {
    if (input instanceof HTMLInputElement) {
      return input.type === "checkbox" || input.type === "radio" ? input.checked !== input.defaultChecked : input.value !== input.defaultValue;
    }
    if (input instanceof HTMLSelectElement) {
      return [...input.options].some((option) => option.selected !== option.defaultSelected);
    }
    return input instanceof HTMLTextAreaElement && input.value !== input.defaultValue;
  });
}
