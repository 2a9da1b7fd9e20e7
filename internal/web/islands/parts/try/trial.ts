import type { Schema } from "@cfworker/json-schema";

// The server sends this for the Try it form; internal/web/reference/try.go and the inputReader of the catalogue write
// it.
export interface Trial {
  method: string;
  path: string;
  environments: Environment[];
  subscriptions: Subscription[];
  signIn?: string;
  // createKey is the page on which a signed-in reader creates a key.
  createKey?: string;
  input: Input | null;
  // examples are the examples of the body, if there are several.
  examples?: BodyExample[];
}

// BodyExample is an example; body is the index of its media type. An example that is too long has no text.
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
  // trial is the URL that issues a temporary key to a visitor.
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

// loadTrial loads the data for the form. If the server rejects the request, it throws an Error with the server's text.
export async function loadTrial(address: string): Promise<Trial> {
  const answer = await ask(address, "GET");
  return (await answer.json()) as Trial;
}

// ask sends a request to the portal. It throws an Error with the text of a refusal.
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
