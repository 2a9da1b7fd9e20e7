import { button, el, select } from "../dom";
import type { SampleBody } from "./request";
import { newField } from "./field";
import { fill, formsOf, ObjectForm, propertyFields, valuesOf } from "./object_form";
import { isFile, problems, resolve } from "./schema";
import { text } from "./serialize";
import type { Body, BodyExample, Input } from "./trial";

// Payload is a body to send, and its form for code samples.
export interface Payload {
  mediaType: string;
  content: BodyInit;
  sample: SampleBody;
}

// Editor is the part of the form for the body.
export interface Editor {
  element: HTMLElement;
  // payload returns the body to send, undefined if there is none.
  payload(): Payload | undefined;
  problems(): string[];
  // state returns the values without files, for a link or the history; restore sets them again.
  state(): unknown;
  restore(state: unknown): void;
}

const isJSON = (mediaType: string): boolean => /[/+]json\b/i.test(mediaType) || mediaType === "*/*";
const isForm = (mediaType: string): boolean => mediaType.startsWith("application/x-www-form-urlencoded");
const isMultipart = (mediaType: string): boolean => mediaType.startsWith("multipart/");

// BodyEditor is the editor of all media types.
export interface BodyEditor extends Editor {
  choose(example: BodyExample): void;
}

// newBodyEditor lets the visitor choose between the media types if there are several.
export function newBodyEditor(input: Input): BodyEditor | undefined {
  if (input.bodies.length === 0) {
    return undefined;
  }
  const editors = input.bodies.map((body) => newEditor(body, input));
  const types = select(input.bodies.map((body, index) => [String(index), body.mediaType]), { "aria-label": "Media type" });
  const room = el("div", {}, editors[0]!.element);
  const chosen = (): Editor => editors[types.selectedIndex] ?? editors[0]!;
  const show = (type: number): void => {
    types.selectedIndex = type;
    room.replaceChildren(chosen().element);
  };
  types.addEventListener("change", () => room.replaceChildren(chosen().element));
  const mark = input.bodyRequired ? el("span", { class: "flag required" }, "Required") : null;
  const legend = el("legend", {}, "Body ", mark);
  const one = el("code", {}, input.bodies[0]!.mediaType);
  return {
    element: el("fieldset", { class: "try-group" }, legend, input.bodies.length > 1 ? types : one, room),
    payload: () => chosen().payload(),
    problems: () => {
      const payload = chosen().payload();
      return input.bodyRequired && !payload ? ["A body is required."] : chosen().problems();
    },
    state: () => ({ type: types.selectedIndex, of: chosen().state() }),
    restore: (state) => {
      const { type, of } = state as { type: number; of: unknown };
      show(type);
      chosen().restore(of);
    },
    choose: ({ body, text: example }) => {
      show(body);
      const { mediaType } = input.bodies[body] ?? input.bodies[0]!;
      const state = isForm(mediaType) || isMultipart(mediaType) ? parsed(example) : example;
      if (example !== "" && state !== undefined) {
        chosen().restore(state);
      }
    },
  };
}

function newEditor(body: Body, input: Input): Editor {
  if (isForm(body.mediaType) || isMultipart(body.mediaType)) {
    return formEditor(body, input);
  }
  if (isJSON(body.mediaType)) {
    return jsonEditor(body, input);
  }
  return isFile(resolve(body.schema, input.$defs)) || body.mediaType === "application/octet-stream" ? fileEditor(body) : textEditor(body);
}

// jsonEditor is an input for JSON text, and for objects also a form; each updates the other.
function jsonEditor(body: Body, input: Input): Editor {
  const raw = el("textarea", { class: "textarea textarea-sm try-json", rows: "8", spellcheck: "false", autocomplete: "off", "aria-label": "Body as JSON" });
  raw.value = body.example === undefined ? "" : JSON.stringify(body.example, null, 2);
  const element = el("div", { class: "try-body" }, raw);
  const forms = formsOf(resolve(body.schema, input.$defs), input.$defs);
  let refill = (): unknown => undefined;
  if (forms.length > 0) {
    const form = new ObjectForm(forms, input, (values) => (raw.value = JSON.stringify(values, null, 2)));
    const modes = [button("Form", () => show(true), { class: "", "aria-pressed": "false" }), button("JSON", () => show(false), { class: "", "aria-pressed": "true" })];
    const show = (asForm: boolean): void => {
      form.element.hidden = !asForm;
      raw.hidden = asForm;
      modes.forEach((mode, index) => mode.setAttribute("aria-pressed", String(asForm === (index === 0))));
      refill();
    };
    refill = () => form.element.hidden || form.fill(parsed(raw.value));
    element.prepend(el("div", { class: "segments", role: "group", "aria-label": "Edit the body as" }, ...modes));
    element.append(form.element);
  }
  return {
    element,
    payload: () => (raw.value.trim() === "" ? undefined : textPayload(body.mediaType === "*/*" ? "application/json" : body.mediaType, raw.value)),
    problems: () => {
      if (raw.value.trim() === "") {
        return [];
      }
      try {
        return problems(JSON.parse(raw.value), body.schema, input.$defs);
      } catch (wrong) {
        return [`The body is not JSON: ${(wrong as Error).message}`];
      }
    },
    state: () => raw.value,
    restore: (state) => {
      raw.value = String(state);
      refill();
      raw.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function textPayload(mediaType: string, content: string): Payload {
  return { mediaType, content, sample: { kind: "text", mediaType, text: content } };
}

function textEditor(body: Body): Editor {
  const raw = el("textarea", { class: "textarea textarea-sm try-json", rows: "8", spellcheck: "false", autocomplete: "off", "aria-label": `Body as ${body.mediaType}` });
  raw.value = body.example === undefined ? "" : text(body.example);
  return {
    element: el("div", { class: "try-body" }, raw),
    payload: () => (raw.value === "" ? undefined : textPayload(body.mediaType.includes("*") ? "text/plain" : body.mediaType, raw.value)),
    problems: () => [],
    state: () => raw.value,
    restore: (state) => (raw.value = String(state)),
  };
}

function fileEditor(body: Body): Editor {
  const field = newField({ name: "File", schema: { format: "binary" }, definitions: {} });
  const mediaType = body.mediaType.includes("*") ? "application/octet-stream" : body.mediaType;
  return {
    element: el("div", { class: "try-body" }, field.element),
    payload: () => {
      const file = field.read();
      return file instanceof File ? { mediaType, content: file, sample: { kind: "file", mediaType, file: file.name } } : undefined;
    },
    problems: () => [],
    state: () => null,
    restore: () => field.write(undefined),
  };
}

function formEditor(body: Body, input: Input): Editor {
  const fields = propertyFields(body.schema, input);
  fill(fields, body.example);
  const multipart = isMultipart(body.mediaType);
  const element = el("div", { class: "try-body" }, ...[...fields.values()].map((field) => field.element));
  if (fields.size === 0) {
    element.append(el("p", { class: "muted" }, "This form has no fields in the description."));
  }
  return {
    element,
    payload: () => {
      const values = valuesOf(fields).flatMap(([name, value]): [string, unknown][] =>
        Array.isArray(value) ? value.map((item): [string, unknown] => [name, item]) : [[name, value]]);
      if (values.length === 0) {
        return undefined;
      }
      return multipart ? multipartPayload(values, body) : urlencodedPayload(values);
    },
    problems: () => [],
    state: () => Object.fromEntries(valuesOf(fields).filter(([, value]) => !(value instanceof File))),
    restore: (state) => fill(fields, state),
  };
}

function urlencodedPayload(values: [string, unknown][]): Payload {
  const pairs = values.map(([name, value]): [string, string] => [name, text(value)]);
  return { mediaType: "application/x-www-form-urlencoded", content: new URLSearchParams(pairs), sample: { kind: "form", fields: pairs } };
}

// The browser sets the media type of a multipart body, with the boundary that it chose.
function multipartPayload(values: [string, unknown][], body: Body): Payload {
  const content = new FormData();
  const parts = values.map(([name, value]) => {
    if (value instanceof File) {
      content.append(name, value);
      return { name, file: value.name };
    }
    const type = body.encoding[name] ?? (typeof value === "object" ? "application/json" : undefined);
    content.append(name, type ? new Blob([text(value)], { type }) : text(value));
    return { name, value: text(value) };
  });
  return { mediaType: "", content, sample: { kind: "multipart", parts } };
}
