import { Validator } from "@cfworker/json-schema";
import type { Schema } from "@cfworker/json-schema";
import type { AnySchema } from "./trial";

type Definitions = Record<string, AnySchema>;

const longestChain = 16;
const mostProblems = 12;

// resolve follows references and merges the parts of an allOf as far as a form needs them; the schema's own members
// win.
export function resolve(schema: AnySchema, definitions: Definitions, depth = 0): Schema {
  if (typeof schema === "boolean" || depth > longestChain) {
    return {};
  }
  if (schema.$ref) {
    return resolve(definitions[schema.$ref.replace("#/$defs/", "")] ?? true, definitions, depth + 1);
  }
  const nullable = schema.anyOf?.length === 2 && schema.anyOf[0]?.type === "null" ? schema.anyOf[1] : undefined;
  if (nullable) {
    return resolve(nullable, definitions, depth + 1);
  }
  if (!schema.allOf) {
    return schema;
  }
  const merged: Schema = {};
  for (const part of [...schema.allOf.map((one) => resolve(one, definitions, depth + 1)), { ...schema, allOf: undefined }]) {
    const { properties, required, ...rest } = part;
    Object.assign(merged, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    if (properties) {
      merged.properties = { ...merged.properties, ...properties };
    }
    if (required) {
      merged.required = [...(merged.required ?? []), ...required];
    }
  }
  return merged;
}

// typeOf returns the first type that is not null, or the type that the rest of the schema implies.
export function typeOf(schema: Schema): string {
  const declared = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (declared) {
    return declared;
  }
  if (schema.properties) {
    return "object";
  }
  if (schema.items !== undefined) {
    return "array";
  }
  const first = schema.enum?.[0] ?? schema.const;
  return first === undefined || first === null ? "any" : typeof first === "number" ? "number" : typeof first;
}

// isFile reports whether a value is a file rather than a text.
export function isFile(schema: Schema): boolean {
  return schema.format === "binary" || schema["contentMediaType" as keyof Schema] === "application/octet-stream";
}

// hint describes the values that a field accepts.
export function hint(schema: Schema, definitions: Definitions): string {
  const type = typeOf(schema);
  const items = type === "array" ? resolve((schema.items as AnySchema | undefined) ?? true, definitions) : undefined;
  const words = [items ? `list of ${typeOf(items)}` : type === "any" ? "" : type, schema.format ?? "", ...bounds(schema)];
  return words.filter((word) => word !== "").join(", ");
}

function bounds(schema: Schema): string[] {
  const said: [unknown, string][] = [
    [schema.minimum, `at least ${schema.minimum}`], [schema.maximum, `at most ${schema.maximum}`],
    [schema.exclusiveMinimum, `more than ${schema.exclusiveMinimum}`], [schema.exclusiveMaximum, `less than ${schema.exclusiveMaximum}`],
    [schema.minLength, `at least ${schema.minLength} characters`], [schema.maxLength, `at most ${schema.maxLength} characters`],
    [schema.pattern, `matches ${schema.pattern}`],
  ];
  return said.filter(([value]) => value !== undefined).map(([, words]) => words);
}

// problems describes how a value violates its schema, for the person who typed it. A schema that it does not understand
// has no problems, because the API validates anyway.
export function problems(value: unknown, schema: AnySchema, definitions: Definitions): string[] {
  if (typeof schema === "boolean") {
    return [];
  }
  try {
    const { errors } = new Validator({ $defs: definitions, allOf: [schema] } as Schema, "2020-12", false).validate(value);
    const told = errors
      .filter((error) => !["allOf", "$ref", "properties", "items", "additionalProperties"].includes(error.keyword))
      .map((error) => `${place(error.instanceLocation)}: ${error.error}`);
    return [...new Set(told)].slice(0, mostProblems);
  } catch {
    return [];
  }
}

function place(pointer: string): string {
  const path = pointer.replace(/^#\/?/, "");
  return path === "" ? "the body" : decodeURIComponent(path).replaceAll("/", " → ");
}
