import type { Schema } from "@cfworker/json-schema";

// What the server sends for a form that tries an operation out; internal/web/reference/try.go and the
// inputReader of the catalogue write it.
export interface Trial {
  method: string;
  path: string;
  environments: Environment[];
  subscriptions: Subscription[];
  signIn?: string;
  // createKey leads to where the reader gets a key; only for those who are signed in.
  createKey?: string;
  input: Input | null;
  // examples are those of the body if there are several.
  examples?: BodyExample[];
}

// BodyExample is an example of the body of this index. One that is too long has no text.
export interface BodyExample {
  key: string;
  body: number;
  text: string;
}

export interface Place {
  kind: string;
  header: string;
}

export interface Environment extends Place {
  name: string;
  address: string;
  // trial is where a visitor gets a temporary key.
  trial?: string;
}

export interface Subscription extends Place {
  id: string;
  name: string;
  application?: string;
  environment: string;
  keys: { name: string; prefix: string; reveal: string }[];
  ticket?: string;
}

export interface Input {
  parameters: Parameter[];
  bodyRequired: boolean;
  bodies: Body[];
  $defs: Record<string, AnySchema>;
}

export type AnySchema = Schema | boolean;

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  style?: string;
  explode?: boolean;
  mediaType?: string;
  schema: AnySchema;
  example?: unknown;
}

export interface Body {
  mediaType: string;
  schema: AnySchema;
  example?: unknown;
  encoding: Record<string, string>;
}

export const noInput: Input = { parameters: [], bodyRequired: false, bodies: [], $defs: {} };

// loadTrial loads it. If the server rejects the request, it throws an Error with the server's text.
export async function loadTrial(address: string): Promise<Trial> {
  const answer = await ask(address, "GET");
  return (await answer.json()) as Trial;
}

// ask sends the portal a request, whose errors are parts of pages.
export async function ask(address: string, method: "GET" | "POST"): Promise<Response> {
  const answer = await fetch(address, { method, headers: { "HX-Request": "true" } });
  if (answer.ok) {
    return answer;
  }
  if (answer.status === 401) {
    throw new Error("Your session has ended. Sign in again in another tab, then send once more.");
  }
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  throw new Error(part.querySelector("p")?.textContent ?? `The portal answered ${answer.status}.`);
}
