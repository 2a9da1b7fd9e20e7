// watchThemes changes the theme without reloading the page; the server stores the choice.
export function watchThemes(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-themes]");
  form?.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!(chosen instanceof HTMLButtonElement)) {
      return;
    }
    event.preventDefault();
    void keep(form, chosen);
  });
}

async function keep(form: HTMLFormElement, chosen: HTMLButtonElement): Promise<void> {
  const body = new URLSearchParams({ theme: chosen.value });
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  if (answer.type !== "opaqueredirect" && !answer.ok) {
    return;
  }
  if (chosen.value === "system") {
    delete document.documentElement.dataset["theme"];
  } else {
    document.documentElement.dataset["theme"] = chosen.value;
  }
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
}
