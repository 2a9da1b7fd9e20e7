import type { Schema } from "@cfworker/json-schema";
import { el } from "../dom";
import { hint, isFile, resolve, typeOf } from "./schema";
import type { AnySchema } from "./trial";

// Field is one input of the form.
export interface Field {
  element: HTMLElement;
  // read returns the value, undefined if the field is empty.
  read(): unknown;
  write(value: unknown): void;
}

export interface FieldOptions {
  name: string;
  schema: AnySchema;
  definitions: Record<string, AnySchema>;
  required?: boolean;
  description?: string;
  // If written is set, numbers are returned as they were typed, for URLs. Bodies need numbers.
  written?: boolean;
}

const mostChecks = 30;
let fields = 0;

// newField creates the best input for a schema.
export function newField(options: FieldOptions): Field {
  const schema = resolve(options.schema, options.definitions);
  const id = `try-${++fields}`;
  const control = newControl(schema, options, id);
  const words = [options.description ?? schema.description ?? "", hint(schema, options.definitions)].filter((text) => text !== "");
  const hintId = `${id}-hint`;
  if (words.length > 0) {
    control.element.setAttribute("aria-describedby", hintId);
  }
  const group = control.element instanceof HTMLFieldSetElement;
  const mark = options.required ? el("span", { class: "flag required" }, "Required") : null;
  const name = el("code", { dir: "auto" }, options.name === "" ? "(no name)" : options.name);
  const label = group ? el("legend", {}, name, " ", mark) : el("label", { for: id }, name, " ", mark);
  if (group) {
    control.element.prepend(label);
  }
  const element = el("div", { class: "try-field" }, group ? null : label, control.element,
    words.length > 0 ? el("p", { class: "muted try-hint", id: hintId, dir: "auto" }, words.join(" · ")) : null);
  return { element, read: control.read, write: control.write };
}

type Control = Field;

function newControl(schema: Schema, options: FieldOptions, id: string): Control {
  const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (choices) {
    return choice(choices, options, id);
  }
  switch (typeOf(schema)) {
    case "boolean":
      return choice([true, false], options, id);
    case "array":
      return list(schema, options, id);
    case "object":
      return structure(id, options);
    case "integer":
    case "number":
      return line(id, options, "decimal", (text) => (options.written || !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? text : Number(text)));
  }
  return isFile(schema) ? file(id) : line(id, options, undefined, (text) => text, schema.format === "password");
}

function line(id: string, options: FieldOptions, inputmode: string | undefined, parse: (text: string) => unknown, secret = false): Control {
  const element = el("input", {
    id, class: "input input-sm", type: secret ? "password" : "text", inputmode, autocomplete: "off", spellcheck: "false",
    "aria-required": options.required ? "true" : undefined, dir: "auto",
  });
  return {
    element,
    read: () => (element.value === "" ? undefined : parse(element.value)),
    write: (value) => {
      element.value = value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
    },
  };
}

function choice(choices: unknown[], options: FieldOptions, id: string): Control {
  const element = el("select", { id, class: "select select-sm", "aria-required": options.required ? "true" : undefined },
    el("option", { value: "" }, options.required ? "Choose" : "Not sent"),
    ...choices.map((one, index) => el("option", { value: String(index + 1) }, typeof one === "string" ? one : JSON.stringify(one))));
  return {
    element,
    read: () => (element.selectedIndex === 0 ? undefined : choices[element.selectedIndex - 1]),
    write: (value) => {
      element.selectedIndex = choices.findIndex((one) => JSON.stringify(one) === JSON.stringify(value)) + 1;
    },
  };
}

function list(schema: Schema, options: FieldOptions, id: string): Control {
  const items = resolve((schema.items as AnySchema | undefined) ?? true, options.definitions);
  if (items.enum && items.enum.length <= mostChecks) {
    return checks(items.enum);
  }
  const type = typeOf(items);
  if (type === "object" || type === "array") {
    return structure(id, options);
  }
  const lines = area(id, options, "One value in each line");
  const number = !options.written && (type === "integer" || type === "number");
  const parse = (text: string): unknown => (number && text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : type === "boolean" ? text === "true" : text);
  return {
    element: lines,
    read: () => (lines.value === "" ? undefined : lines.value.split("\n").filter((text) => text !== "").map(parse)),
    write: (value) => {
      lines.value = Array.isArray(value) ? value.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join("\n") : "";
    },
  };
}

function checks(choices: unknown[]): Control {
  const boxes = choices.map(() => el("input", { type: "checkbox" }));
  const element = el("fieldset", { class: "try-checks" },
    ...choices.map((one, index) => el("label", {}, boxes[index], " ", typeof one === "string" ? one : JSON.stringify(one))));
  return {
    element,
    read: () => {
      const chosen = choices.filter((_, index) => boxes[index]!.checked);
      return chosen.length === 0 ? undefined : chosen;
    },
    write: (value) => {
      const wanted = Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : [];
      choices.forEach((one, index) => (boxes[index]!.checked = wanted.includes(JSON.stringify(one))));
    },
  };
}

// structure parses JSON. Invalid JSON is sent as text, and the API rejects it.
function structure(id: string, options: FieldOptions): Control {
  const element = area(id, options, "JSON");
  return {
    element,
    read: () => {
      if (element.value.trim() === "") {
        return undefined;
      }
      try {
        return JSON.parse(element.value) as unknown;
      } catch {
        return element.value;
      }
    },
    write: (value) => {
      element.value = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);
    },
  };
}

function area(id: string, options: FieldOptions, placeholder: string): HTMLTextAreaElement {
  return el("textarea", {
    id, class: "textarea textarea-sm", rows: "2", placeholder, spellcheck: "false", autocomplete: "off", dir: "auto",
    "aria-required": options.required ? "true" : undefined,
  });
}

function file(id: string): Control {
  const element = el("input", { id, type: "file", class: "try-file" });
  return { element, read: () => element.files?.[0], write: () => (element.value = "") };
}
