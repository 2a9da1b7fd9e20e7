// The values of a form without secrets, for a link and for the history of this session.
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

const storageName = "portico-try";
const lastName = "portico-try-last";
const mark = "#try=";
const longestLink = 8_000;
const longestState = 16_000;
const mostSent = 20;

// Headers with credentials never leave the form.
export const isSecret = (place: string, name: string): boolean => place === "header" && /authorization|key|token|secret|cookie/i.test(name);

// linkTo returns the URL of the page with the form's values, without the body if that is too long.
export function linkTo(state: FormState): { address: string; whole: boolean } {
  const page = location.href.split("#")[0]!;
  const whole = page + mark + encode(state);
  return whole.length <= longestLink ? { address: whole, whole: true } : { address: page + mark + encode({ ...state, body: undefined }), whole: false };
}

// linked returns the values that this page's address asks to fill in. Anyone may have written the address, so the
// values are only put into fields.
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

// remember adds a request to the start of this session's history, unless the browser has no storage.
export function remember(sent: Sent): void {
  const kept = JSON.stringify(sent).length <= longestState ? sent : { ...sent, state: { ...sent.state, body: undefined } };
  try {
    sessionStorage.setItem(storageName, JSON.stringify([kept, ...remembered()].slice(0, mostSent)));
  } catch {
    // Failing to store the history is not an error.
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

// Last holds the form's values when the reader left the page. The next operation's form begins with them. It has no
// secret.
export interface Last {
  open: boolean;
  key: string;
  state: FormState;
}

// leave stores the form's values for the next operation, without the body, which is different there.
export function leave(last: Last): void {
  try {
    sessionStorage.setItem(lastName, JSON.stringify({ ...last, state: { ...last.state, body: undefined } }));
  } catch {
    // The next form begins empty.
  }
}

export function left(): Last | undefined {
  try {
    const last = JSON.parse(sessionStorage.getItem(lastName) ?? "null") as Partial<Last> | null;
    const state = checked(last?.state);
    return state && typeof last?.key === "string" ? { open: last.open === true, key: last.key, state } : undefined;
  } catch {
    return undefined;
  }
}

// forgetTrials removes everything of this session.
export function forgetTrials(): void {
  sessionStorage.removeItem(storageName);
  sessionStorage.removeItem(lastName);
}
