import { announce } from "../announce";
import { copy } from "../clipboard";
import { button, el, select } from "../dom";
import { newBodyEditor } from "./body";
import type { BodyEditor } from "./body";
import { newField } from "./field";
import type { Field } from "./field";
import { Keys } from "./key";
import { keyPlaceholder } from "./request";
import type { SampleRequest } from "./request";
import { Result } from "./result";
import { browserForbids, Failed, send } from "./send";
import { target } from "./serialize";
import type { Target } from "./serialize";
import { isSecret, linkTo, remember, remembered } from "./state";
import type { FormState, Last } from "./state";
import { noInput } from "./trial";
import type { BodyExample, Environment, Input, Parameter, Trial } from "./trial";

const groups: [place: Parameter["in"], title: string][] = [["path", "Path"], ["query", "Query"], ["header", "Headers"], ["cookie", "Cookies"]];

// Panel is the Try it form of one operation, with the result.
export class Panel {
  readonly element: HTMLFormElement;
  readonly result = new Result();
  private readonly input: Input;
  private readonly fields = new Map<Parameter, Field>();
  private readonly body: BodyEditor | undefined;
  private readonly keys: Keys;
  private readonly environments: HTMLSelectElement;
  private readonly line = el("code", { class: "try-line", "data-line": true });
  private readonly problems = el("ul", { class: "list try-problems" });
  private readonly cancelButton = button("Cancel", () => this.running?.abort(), { hidden: true });
  private readonly history = el("details", { class: "try-history" });
  private running: AbortController | undefined;

  // The panel calls changed with each new request. sendButton belongs to the page, because the server draws its icon.
  constructor(private readonly trial: Trial, private readonly sendButton: HTMLElement, private readonly changed: (request: SampleRequest) => void) {
    this.input = trial.input ?? noInput;
    this.keys = new Keys(trial);
    this.body = newBodyEditor(this.input);
    this.environments = select(trial.environments.map((one) => [one.name, one.name]), { id: "try-environment" });
    this.environments.value = firstEnvironment(trial);
    this.element = el("form", { class: "try-form", novalidate: true, "aria-labelledby": "try" },
      this.environmentRow(), this.keys.element, ...this.parameterGroups(), this.body?.element, this.line, el("div", { role: "status" }, this.problems),
      el("div", { class: "try-tools" }, this.sendButton, this.cancelButton, this.linkButton(), button("Reset", () => this.reset(), { class: "btn btn-sm btn-ghost" })),
      this.history);
    this.watch();
    this.keys.offer(this.environment());
    this.reset();
    this.list();
  }

  private watch(): void {
    this.environments.addEventListener("change", () => this.keys.offer(this.environment()));
    for (const event of ["input", "change"]) {
      this.element.addEventListener(event, () => this.update());
    }
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.element.requestSubmit();
      } else if (event.key === "Escape") {
        this.running?.abort();
      }
    });
  }

  private environment(): Environment {
    return this.trial.environments[this.environments.selectedIndex] ?? this.trial.environments[0]!;
  }

  private environmentRow(): HTMLElement {
    return el("div", { class: "try-lines" }, el("div", { class: "try-field" }, el("label", { for: "try-environment" }, "Environment"), this.environments));
  }

  private parameterGroups(): HTMLElement[] {
    return groups.flatMap(([place, title]) => {
      const parameters = this.input.parameters.filter((one) => one.in === place);
      if (parameters.length === 0) {
        return [];
      }
      const note = place === "cookie" ? [el("p", { class: "muted" }, "Browsers send no cookies to the gateway. Run the sample below instead.")] : [];
      return [el("fieldset", { class: "try-group try-lines" }, el("legend", {}, title), ...note, ...parameters.map((one) => this.parameterField(one)))];
    });
  }

  private parameterField(parameter: Parameter): HTMLElement {
    const { name, schema, required, description } = parameter;
    const field = newField({ name, schema, required, description, definitions: this.input.$defs, written: true });
    this.fields.set(parameter, field);
    if (parameter.in === "header" && browserForbids(name)) {
      field.element.append(el("p", { class: "muted try-hint" }, "Browsers don't let a page set this header."));
    }
    return field.element;
  }

  private linkButton(): HTMLButtonElement {
    const made: HTMLButtonElement = button("Copy link", () => {
      const { address, whole } = linkTo(this.state());
      void copy(Promise.resolve(address), made, () => this.line);
      if (!whole) {
        announce("The body is too long for a link and was left out.");
      }
    }, { class: "btn btn-sm btn-ghost" });
    return made;
  }

  // choose fills in an example of the body.
  choose(key: string): void {
    this.example = this.trial.examples?.find((one) => one.key === key);
    this.fillExample();
    this.update();
  }

  private example: BodyExample | undefined;

  private fillExample(): void {
    if (this.example) {
      this.body?.choose(this.example);
    }
  }

  // reset fills in the examples of the required parameters and of the body.
  private reset(): void {
    for (const [parameter, field] of this.fields) {
      field.write(parameter.required ? parameter.example : undefined);
    }
    const state = this.initialBody;
    if (state === undefined) {
      this.initialBody = this.body?.state();
    } else {
      this.body?.restore(state);
      this.fillExample();
    }
    this.result.clear();
    this.update();
  }

  private initialBody: unknown;

  private target(): Target {
    const values = new Map([...this.fields].map(([parameter, field]) => [parameter, field.read()]));
    return target(this.environment().address, this.trial.path, this.input.parameters, values);
  }

  private update(): void {
    const made = this.target();
    this.line.textContent = `${this.trial.method} ${made.url}`;
    const lacking = [...this.fields].filter(([parameter, field]) => parameter.required && field.read() === undefined && parameter.in !== "cookie");
    const told = [...lacking.map(([parameter]) => `${parameter.name} is required.`), ...(this.body?.problems() ?? [])];
    this.problems.replaceChildren(...told.map((text) => el("li", { dir: "auto" }, text)));
    this.changed(this.sample(made));
  }

  private sample(made: Target): SampleRequest {
    const secrets = new Set([...this.fields.keys()].filter((one) => isSecret(one.in, one.name)).map((one) => one.name));
    const headers = made.headers.map(([name, value]): [string, string] => [name, secrets.has(name) ? "YOUR_VALUE" : value]);
    const proves = this.keys.header();
    if (proves) {
      headers.unshift([proves, keyPlaceholder]);
    }
    return { method: this.trial.method, url: made.url, headers, body: this.body?.payload()?.sample };
  }

  // last returns what the next operation's form begins with.
  last(open: boolean): Last {
    return { open, key: this.keys.name(), state: this.state() };
  }

  // begin takes over the environment, key and parameters of another operation's form, as far as this one has them.
  begin({ key, state }: Last): void {
    if (this.trial.environments.some((one) => one.name === state.environment)) {
      this.environments.value = state.environment;
      this.keys.offer(this.environment());
      this.keys.choose(key);
    }
    for (const [parameter, field] of this.fields) {
      const value = state.values[`${parameter.in} ${parameter.name}`];
      if (value !== undefined) {
        field.write(value);
      }
    }
    this.update();
  }

  state(): FormState {
    const values: Record<string, unknown> = {};
    for (const [parameter, field] of this.fields) {
      const value = field.read();
      if (value !== undefined && !(value instanceof File) && !isSecret(parameter.in, parameter.name)) {
        values[`${parameter.in} ${parameter.name}`] = value;
      }
    }
    return { environment: this.environment().name, values, body: this.body?.state() };
  }

  restore(state: FormState): void {
    const at = this.trial.environments.findIndex((one) => one.name === state.environment);
    if (at >= 0 && at !== this.environments.selectedIndex) {
      this.environments.selectedIndex = at;
      this.keys.offer(this.environment());
    }
    for (const [parameter, field] of this.fields) {
      field.write(state.values[`${parameter.in} ${parameter.name}`]);
    }
    if (state.body !== undefined && state.body !== null) {
      this.body?.restore(state.body);
    }
    this.update();
  }

  private async send(): Promise<void> {
    const made = this.target();
    if (made.missing.length > 0) {
      this.result.fail(new Failed("Not sent", `Fill in ${made.missing.join(", ")} first: it is part of the address.`));
      return;
    }
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.busy(true);
    this.result.waiting();
    const outcome = await this.attempt(made, running.signal);
    if (this.running === running) {
      this.busy(false);
      this.running = undefined;
    }
    remember({ page: location.pathname, at: Date.now(), title: this.line.textContent ?? "", outcome, state: this.state() });
    this.list();
  }

  // attempt sends the request, shows the result, and returns its summary.
  private async attempt(made: Target, signal: AbortSignal): Promise<string> {
    try {
      const payload = this.body?.payload();
      const headers = made.headers.filter(([name]) => !browserForbids(name));
      const proof = await this.keys.proof();
      if (proof) {
        headers.push(proof);
      }
      if (payload && payload.mediaType !== "") {
        headers.push(["Content-Type", payload.mediaType]);
      }
      const outcome = await send({ method: this.trial.method, url: made.url, headers, content: payload?.content }, signal);
      if (outcome.status === 401) {
        this.keys.forget();
      }
      await this.result.show(outcome);
      return String(outcome.status);
    } catch (wrong) {
      this.result.fail(wrong);
      return wrong instanceof Failed ? wrong.title : "Not sent";
    }
  }

  private busy(on: boolean): void {
    this.sendButton.querySelector("[data-send-text]")!.textContent = on ? "Sending" : "Send request";
    this.sendButton.classList.toggle("busy", on);
    this.sendButton.setAttribute("aria-disabled", String(on));
    this.cancelButton.hidden = !on;
  }

  // list shows the requests that were sent from this page in this session.
  private list(): void {
    const sent = remembered().filter((one) => one.page === location.pathname);
    this.history.hidden = sent.length === 0;
    const open = this.history.open;
    this.history.replaceChildren(el("summary", {}, `Sent in this session (${sent.length})`), el("ul", {}, ...sent.map((one) =>
      el("li", {}, button(one.title, () => this.restore(one.state), { class: "try-again", title: "Fill the form with this" }),
        el("span", { class: "muted" }, `${one.outcome}, ${new Date(one.at).toLocaleTimeString()}`)))));
    this.history.open = open;
  }
}

// firstEnvironment returns an environment with a key for the reader, or else any. It prefers one other than production.
function firstEnvironment(trial: Trial): string {
  const triable = (name: string): boolean => trial.environments.some((one) => one.name === name && one.trial !== undefined);
  const usable = (name: string): boolean => triable(name) || trial.subscriptions.some((one) => one.environment === name && (one.keys.length > 0 || one.ticket));
  const names = trial.environments.map((one) => one.name).sort((a, b) => Number(a === "production") - Number(b === "production"));
  return names.find(usable) ?? names[0] ?? "";
}
