import { ask } from "./trial";

// Ticket is a temporary key.
export interface Ticket {
  user: string;
  secret: string;
  // end is the URL that ends it early, empty if it ends by itself.
  end: string;
  until: number;
}

const early = 15_000; // a ticket is not used in its last 15 seconds

// Tickets holds the temporary keys of a page. They are in no storage, link or history, and end with the page.
export class Tickets {
  private readonly held = new Map<string, Ticket>();

  constructor() {
    addEventListener("pagehide", () => this.end());
  }

  // get returns the temporary key from a URL. It requests a new one if there is none or the old one is about to end.
  async get(from: string): Promise<Ticket> {
    let ticket = this.held.get(from);
    if (!ticket || ticket.until - early < Date.now()) {
      const element = (await secretIn(await ask(from, "POST"))).closest<HTMLElement>("[data-ticket]")!;
      const { ticket: end, until, user } = element.dataset;
      ticket = { user: user ?? "", secret: element.textContent?.trim() ?? "", end: end!, until: Date.parse(until!) };
      this.held.set(from, ticket);
    }
    return ticket;
  }

  // forget drops all temporary keys. Call it when the gateway rejects one, because it may have been replaced.
  forget(): void {
    this.held.clear();
  }

  private end(): void {
    for (const ticket of this.held.values()) {
      if (ticket.end !== "") {
        navigator.sendBeacon(ticket.end);
      }
    }
    this.forget();
  }
}

// secretIn finds the secret in a part of a page.
export async function secretIn(answer: Response): Promise<Element> {
  const secret = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-secret]");
  if (!secret) {
    throw new Error("The portal did not show the key. Load the page again.");
  }
  return secret;
}
