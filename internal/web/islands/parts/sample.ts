import { copy } from "./clipboard";

// watchSamples copies code: the block below the head that the button is in.
export function watchSamples(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy-code]") : null;
    const code = button?.closest(".ink")?.querySelector("pre:not([hidden]) code");
    if (button && code) {
      void copy(Promise.resolve(code.textContent ?? ""), button, () => code);
    }
  });
}
