import type { Schema } from "@cfworker/json-schema";
import { el, select } from "../dom";
import { newField } from "./field";
import type { Field } from "./field";
import { problems, resolve, typeOf } from "./schema";
import type { AnySchema, Input } from "./trial";

type Definitions = Record<string, AnySchema>;
type Values = Record<string, unknown>;

const mostFields = 200;

// Alternative is one of the forms that an object can have.
export interface Alternative {
  title: string;
  schema: Schema;
}

// formsOf returns the forms that an object can have: one, or one for each alternative of oneOf or anyOf. There are none
// if the schema is not of objects with known properties.
export function formsOf(schema: Schema, definitions: Definitions): Alternative[] {
  const { oneOf, anyOf, ...rest } = schema;
  const forms = (oneOf ?? anyOf ?? []).map((one: AnySchema, index: number) => ({
    title: titleOf(one, definitions) || `Alternative ${index + 1}`, schema: resolve({ allOf: [rest, one] } as Schema, definitions),
  }));
  const known = ({ schema: of }: Alternative): boolean => typeOf(of) === "object" && of.properties !== undefined;
  return forms.length > 0 && forms.every(known) ? forms : [{ title: "", schema }].filter(known);
}

// titleOf returns the title of an alternative, or the value that only it has.
function titleOf(schema: AnySchema, definitions: Definitions): string {
  const { title, properties } = resolve(schema, definitions);
  const fixed = Object.values(properties ?? {}).map((one: AnySchema) => resolve(one, definitions).const as unknown).find((value) => typeof value === "string");
  return title ?? (fixed as string | undefined) ?? "";
}

export function propertyFields(schema: AnySchema, input: Input): Map<string, Field> {
  const resolved = resolve(schema, input.$defs);
  const made = new Map<string, Field>();
  for (const [name, property] of Object.entries(resolved.properties ?? {}).slice(0, mostFields)) {
    if (typeof property !== "boolean" && resolve(property, input.$defs).readOnly) {
      continue;
    }
    made.set(name, newField({ name, schema: property, definitions: input.$defs, required: resolved.required?.includes(name) }));
  }
  return made;
}

export function fill(fields: Map<string, Field>, values: unknown): void {
  const given = (typeof values === "object" && values !== null ? values : {}) as Record<string, unknown>;
  fields.forEach((field, name) => field.write(Object.hasOwn(given, name) ? given[name] : undefined));
}

export function valuesOf(fields: Map<string, Field>): [string, unknown][] {
  return [...fields].map(([name, field]): [string, unknown] => [name, field.read()]).filter(([, value]) => value !== undefined);
}

const objectOf = (value: unknown): Values => (typeof value === "object" && value !== null && !Array.isArray(value) ? { ...(value as Values) } : {});

// ObjectForm has a field for each property, and a choice if the object can have several forms.
export class ObjectForm {
  readonly element = el("div", { hidden: true });
  private readonly chooser: HTMLSelectElement;
  private readonly room = el("div", { class: "try-body" });
  // Fields are created when they are first needed: a large schema has hundreds.
  private readonly made = new Map<number, Map<string, Field>>();
  private value: unknown;

  // The form calls changed with the whole object after each change.
  constructor(private readonly forms: Alternative[], private readonly input: Input, private readonly changed: (values: Values) => void) {
    this.chooser = select(forms.map((one, index) => [String(index), one.title]), { "aria-label": "Form of the body" });
    this.chooser.addEventListener("input", () => {
      // Removing a field can fire its change event, whose handler reads all fields. So they are filled first.
      fill(this.fields(), { ...objectOf(this.value), ...this.fixed() });
      this.show();
    });
    this.element.append(...(forms.length > 1 ? [this.chooser] : []), this.room);
    for (const event of ["input", "change"]) {
      this.element.addEventListener(event, () => this.changed(this.read()));
    }
  }

  // fill shows a value in the form that fits it best.
  fill(value: unknown): void {
    this.value = value;
    this.chooser.selectedIndex = this.fitting(value);
    this.show();
    fill(this.fields(), value);
  }

  private show(): void {
    this.room.replaceChildren(...[...this.fields().values()].map((field) => field.element));
  }

  private fields(at = this.chooser.selectedIndex): Map<string, Field> {
    const known = this.made.get(at) ?? propertyFields(this.forms[at]!.schema, this.input);
    this.made.set(at, known);
    return known;
  }

  // fixed returns the properties that have a single value in the chosen form.
  private fixed(at = this.chooser.selectedIndex): Values {
    const properties = Object.entries(this.forms[at]!.schema.properties ?? {}) as [string, AnySchema][];
    return Object.fromEntries(properties.map(([name, one]): [string, unknown] => [name, resolve(one, this.input.$defs).const]).filter(([, value]) => value !== undefined));
  }

  private fitting(value: unknown): number {
    const given = objectOf(value);
    const likely = this.forms.map((_, at) => at).filter((at) => Object.entries(this.fixed(at)).every(([name, one]) => given[name] === one));
    return likely.find((at) => problems(value, this.forms[at]!.schema, this.input.$defs).length === 0) ?? likely[0] ?? 0;
  }

  // read returns the object. Properties without a field in any form stay unchanged.
  private read(): Values {
    const values = objectOf(this.value);
    this.forms.forEach((_, at) => [...this.fields(at).keys()].forEach((name) => delete values[name]));
    this.value = { ...values, ...Object.fromEntries(valuesOf(this.fields())) };
    return this.value as Values;
  }
}
