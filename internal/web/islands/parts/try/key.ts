import { el } from "../dom";
import { ask } from "./trial";
import { secretIn, Tickets } from "./ticket";
import type { Environment, Place, Subscription, Trial } from "./trial";

// Proof is the authentication of a request: a header, or nothing.
export type Proof = [header: string, value: string] | undefined;

type Choice =
  | { kind: "reveal"; subscription: Subscription; key: Subscription["keys"][number] }
  | { kind: "ticket"; subscription: Subscription }
  | { kind: "trial"; from: string }
  | { kind: "paste" }
  | { kind: "none" };

const temporary = "Temporary key (10 minutes)";

// Keys lets the visitor choose a key. Secrets stay in this object: they are in no storage, link or history.
export class Keys {
  readonly element: HTMLElement;
  private readonly chooser = el("select", { id: "try-key", class: "select select-sm" });
  private readonly pasted = el("input", { id: "try-pasted", class: "input input-sm", type: "password", autocomplete: "off", spellcheck: "false" });
  private readonly user = el("input", { id: "try-user", class: "input input-sm", type: "text", autocomplete: "off", spellcheck: "false" });
  private readonly pastedRow: HTMLElement;
  private readonly userRow: HTMLElement;
  private readonly note = el("p", { class: "muted try-hint" });
  private choices: Choice[] = [];
  private environment!: Environment;
  private readonly shown = new Map<string, string>();
  private readonly tickets = new Tickets();

  constructor(private readonly trial: Trial) {
    this.userRow = el("div", { class: "try-field" }, el("label", { for: "try-user" }, "User name"), this.user);
    this.pastedRow = el("div", { class: "try-field" }, el("label", { for: "try-pasted" }, "Your key"), this.pasted);
    this.element = el("div", { class: "try-lines" },
      el("div", { class: "try-field" }, el("label", { for: "try-key" }, "Key"), this.chooser, this.note), this.userRow, this.pastedRow);
    this.chooser.addEventListener("change", () => this.show());
    addEventListener("pagehide", () => this.shown.clear());
  }

  // offer lists the keys for an environment.
  offer(environment: Environment): void {
    this.environment = environment;
    this.choices = [];
    const groups = this.trial.subscriptions.filter((one) => one.environment === environment.name).map((subscription) => {
      const options = subscription.keys.map((key) => this.option({ kind: "reveal", subscription, key }, `${capital(key.name)} · ${key.prefix}…`));
      if (subscription.ticket) {
        options.push(this.option({ kind: "ticket", subscription }, temporary));
      }
      const label = subscription.application ? `${subscription.name} (${subscription.application})` : subscription.name;
      return el("optgroup", { label }, ...options);
    }).filter((group) => group.children.length > 0);
    const trial = environment.trial ? [this.option({ kind: "trial", from: environment.trial }, temporary)] : [];
    this.chooser.replaceChildren(...groups, ...trial, this.option({ kind: "paste" }, "Paste a key"), this.option({ kind: "none" }, "No key"));
    this.chooser.selectedIndex = 0;
    this.show();
  }

  private option(choice: Choice, text: string): HTMLOptionElement {
    this.choices.push(choice);
    return el("option", { value: String(this.choices.length - 1) }, text);
  }

  private chosen(): Choice {
    return this.choices[this.chooser.selectedIndex] ?? { kind: "none" };
  }

  private show(): void {
    const choice = this.chosen();
    const basic = this.place().kind === "basic";
    this.pastedRow.hidden = choice.kind !== "paste";
    this.userRow.hidden = choice.kind !== "paste" || !basic;
    this.pastedRow.querySelector("label")!.textContent = basic ? "Password" : "Your key";
    this.note.replaceChildren(...this.words(choice));
  }

  private words(choice: Choice): (Node | string)[] {
    const place = this.place();
    const sent = place.kind === "basic" ? "Sent as user name and password." : `Sent in the header ${place.header}.`;
    switch (choice.kind) {
      case "reveal":
        return [`${sent} Your key is used in this page. Its use is logged.`];
      case "ticket":
        return [`${sent} Its calls count towards ${choice.subscription.name}.`];
      case "trial":
        return [`${sent} No account needed.`];
      case "paste":
        return this.trial.signIn
          ? [`${sent} It stays in this page. `, el("a", { class: "link", href: this.trial.signIn }, "Sign in"), " to choose your own key."]
          : [`${sent} It stays in this page. `, ...this.creating()];
      case "none":
        return ["The request is sent without a key."];
    }
  }

  // creating returns a link to create a key if the reader has none for this environment.
  private creating(): Node[] {
    const has = this.choices.some((one) => one.kind === "reveal" || one.kind === "ticket");
    return has || !this.trial.createKey ? [] : [el("a", { class: "link", href: this.trial.createKey }, "Create key")];
  }

  // name returns the text by which another operation finds the same key. It contains no secret.
  name(): string {
    return this.chosen().kind === "none" ? "none" : (this.chooser.selectedOptions[0]?.textContent ?? "");
  }

  choose(name: string): void {
    const at = [...this.chooser.options].findIndex((one, index) => one.textContent === name || (name === "none" && this.choices[index]?.kind === "none"));
    if (at >= 0) {
      this.chooser.selectedIndex = at;
      this.show();
    }
  }

  place(): Place {
    const choice = this.chosen();
    return choice.kind === "reveal" || choice.kind === "ticket" ? choice.subscription : this.environment;
  }

  // header returns the header for the key, for code samples, which never contain the secret.
  header(): string | undefined {
    return this.chosen().kind === "none" ? undefined : this.place().kind === "basic" ? "Authorization" : this.place().header;
  }

  // proof loads the chosen secret.
  async proof(): Promise<Proof> {
    const choice = this.chosen();
    switch (choice.kind) {
      case "none":
        return undefined;
      case "paste":
        return this.pasted.value === "" ? undefined : this.prove(this.user.value, this.pasted.value);
      case "reveal":
        return this.prove(choice.key.prefix, await this.reveal(choice.key.reveal));
      case "ticket":
        return this.ticket(choice.subscription.ticket!);
      case "trial":
        return this.ticket(choice.from);
    }
  }

  private prove(user: string, secret: string): Proof {
    if (this.place().kind !== "basic") {
      return [this.place().header, secret];
    }
    const bytes = new TextEncoder().encode(`${user}:${secret}`);
    return ["Authorization", `Basic ${btoa(String.fromCharCode(...bytes))}`];
  }

  private async reveal(address: string): Promise<string> {
    const known = this.shown.get(address);
    if (known !== undefined) {
      return known;
    }
    const secret = secretIn(await ask(address, "POST"));
    this.shown.set(address, (await secret).textContent ?? "");
    return this.shown.get(address)!;
  }

  private async ticket(from: string): Promise<Proof> {
    const { user, secret } = await this.tickets.get(from);
    return this.prove(user, secret);
  }

  // forget drops all secrets. Call it when the gateway rejects one, because it may have been replaced.
  forget(): void {
    this.shown.clear();
    this.tickets.forget();
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
