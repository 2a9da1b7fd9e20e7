import type { Parameter } from "./trial";

// Value is the value of a field: nothing, a text, or a structure.
export type Value = unknown;

export interface Target {
  url: string;
  headers: [string, string][];
  // missing are the names of path parameters without a value; the URL then contains them in braces.
  missing: string[];
}

// target returns the URL and headers for the values of the parameters, encoded by their styles (OpenAPI 3.1, "Style
// Values").
export function target(base: string, path: string, parameters: Parameter[], values: Map<Parameter, Value>): Target {
  const made: Target = { url: "", headers: [], missing: [] };
  const query: string[] = [];
  for (const parameter of parameters) {
    const value = values.get(parameter);
    if (value === undefined) {
      if (parameter.in === "path") {
        made.missing.push(parameter.name);
      }
      continue;
    }
    switch (parameter.in) {
      case "path":
        path = path.split(`{${parameter.name}}`).join(inPath(parameter, value));
        break;
      case "query":
        query.push(...inQuery(parameter, value));
        break;
      case "header":
        made.headers.push([parameter.name, simple(parameter, value, (text) => text)]);
        break;
      case "cookie": // pages cannot set cookies for the API; the form says so
    }
  }
  made.url = base + path + (query.length > 0 ? (path.includes("?") ? "&" : "?") + query.join("&") : "");
  return made;
}

const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export function text(value: Value): string {
  return typeof value === "string" ? value : typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function entries(value: Value): [string, string][] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return undefined;
  }
  return Object.entries(value).map(([name, inner]) => [name, text(inner)]);
}

// simple joins values with commas, for headers and paths.
function simple(parameter: Parameter, value: Value, spell: (text: string) => string): string {
  if (parameter.mediaType) {
    return spell(JSON.stringify(value));
  }
  if (Array.isArray(value)) {
    return value.map((item) => spell(text(item))).join(",");
  }
  const pairs = entries(value);
  if (!pairs) {
    return spell(text(value));
  }
  return pairs.map(([name, inner]) => spell(name) + (parameter.explode ? "=" : ",") + spell(inner)).join(",");
}

// Browsers would resolve a dot segment, so its dots are encoded. The gateway still rejects it.
function inPath(parameter: Parameter, value: Value): string {
  const explode = parameter.explode ?? false;
  const pairs = entries(value);
  const list = Array.isArray(value) ? value.map((item) => encode(text(item))) : undefined;
  switch (parameter.style) {
    case "label": {
      const items = list ?? pairs?.map(([name, inner]) => encode(name) + (explode ? "=" : ",") + encode(inner)) ?? [encode(text(value))];
      return `.${items.join(explode ? "." : ",")}`;
    }
    case "matrix": {
      const name = encode(parameter.name);
      if (explode) {
        return (list?.map((item) => `;${name}=${item}`) ?? pairs?.map(([key, inner]) => `;${encode(key)}=${encode(inner)}`) ?? [`;${name}=${encode(text(value))}`]).join("");
      }
      return `;${name}=${simple({ ...parameter, explode: false }, value, encode)}`;
    }
  }
  const spelled = simple(parameter, value, encode);
  return /^\.\.?$/.test(spelled) ? spelled.replaceAll(".", "%2E") : spelled;
}

function inQuery(parameter: Parameter, value: Value): string[] {
  const name = encode(parameter.name);
  if (parameter.mediaType) {
    return [`${name}=${encode(JSON.stringify(value))}`];
  }
  const style = parameter.style ?? "form";
  const explode = parameter.explode ?? style === "form";
  const pairs = entries(value);
  if (pairs) {
    if (style === "deepObject") {
      return pairs.map(([key, inner]) => `${encode(`${parameter.name}[${key}]`)}=${encode(inner)}`);
    }
    return explode
      ? pairs.map(([key, inner]) => `${encode(key)}=${encode(inner)}`)
      : [`${name}=${pairs.flat().map(encode).join(",")}`];
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => encode(text(item)));
    if (explode) {
      return items.map((item) => `${name}=${item}`);
    }
    const between = { spaceDelimited: "%20", pipeDelimited: "%7C" }[style] ?? ",";
    return [`${name}=${items.join(between)}`];
  }
  return [`${name}=${encode(text(value))}`];
}
