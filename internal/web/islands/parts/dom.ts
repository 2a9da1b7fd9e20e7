type Attributes = Record<string, string | boolean | undefined>;

// el creates an element. It omits attributes that are false or undefined, and sets true ones without a value.
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: (Node | string | null | undefined)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function button(text: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = el("button", { type: "button", class: "btn btn-sm", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

export function select(options: [value: string, text: string][], attributes: Attributes = {}): HTMLSelectElement {
  return el("select", { class: "select select-sm", ...attributes }, ...options.map(([value, text]) => el("option", { value }, text)));
}
