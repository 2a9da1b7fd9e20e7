import { copy } from "./clipboard";

// watchSamples makes buttons copy the samples of the reference.
export function watchSamples(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-copy-sample]")) {
    const code = button.closest(".sample")?.querySelector("code");
    if (code) {
      button.addEventListener("click", () => void copy(Promise.resolve(code.textContent ?? ""), button, () => code));
    }
  }
}
