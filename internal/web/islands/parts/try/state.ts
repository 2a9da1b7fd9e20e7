// What was filled into a form, without a secret: for a link, and for the list of what was sent in this session.
export interface FormState {
  environment: string;
  // Values of parameters by place and name, such as "query limit".
  values: Record<string, unknown>;
  body?: unknown;
}

// Sent is one request of this session.
export interface Sent {
  page: string;
  at: number;
  title: string;
  outcome: string;
  state: FormState;
}

export const storageName = "portico-try";
const mark = "#try=";
const longestLink = 8_000;
const longestState = 16_000;
const mostSent = 20;

// Headers that prove something never leave the form.
export const isSecret = (place: string, name: string): boolean => place === "header" && /authorization|key|token|secret|cookie/i.test(name);

// linkTo is the address of the page with what was filled in; without the body where that would be too long.
export function linkTo(state: FormState): { address: string; whole: boolean } {
  const page = location.href.split("#")[0]!;
  const whole = page + mark + encode(state);
  return whole.length <= longestLink ? { address: whole, whole: true } : { address: page + mark + encode({ ...state, body: undefined }), whole: false };
}

// linked is what the address of this page asks to be filled in. Anybody may have written it, so that it is only ever
// put into fields.
export function linked(): FormState | undefined {
  if (!location.hash.startsWith(mark)) {
    return undefined;
  }
  try {
    const bytes = Uint8Array.from(atob(location.hash.slice(mark.length).replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return checked(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

function checked(state: unknown): FormState | undefined {
  const { environment, values, body } = (state ?? {}) as Partial<FormState>;
  if (typeof environment !== "string" || typeof values !== "object" || values === null) {
    return undefined;
  }
  return { environment, values, body };
}

function encode(state: FormState): string {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// remember adds a request to the list of this session, the newest first. Where the browser keeps nothing, there is
// none.
export function remember(sent: Sent): void {
  const kept = JSON.stringify(sent).length <= longestState ? sent : { ...sent, state: { ...sent.state, body: undefined } };
  try {
    sessionStorage.setItem(storageName, JSON.stringify([kept, ...remembered()].slice(0, mostSent)));
  } catch {
    // A list is not worth a failure.
  }
}

export function remembered(): Sent[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(storageName) ?? "[]");
    return Array.isArray(list) ? (list as Sent[]).filter((one) => checked(one.state)) : [];
  } catch {
    return [];
  }
}
