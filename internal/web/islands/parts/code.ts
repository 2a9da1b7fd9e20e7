import { choose, tabs } from "./tabs";
import type { SampleRequest } from "./try/request";

const typingPause = 250;
const longestRequest = 200_000;

// Parts of the page that follow the chosen example of the body.
const followers = ["[data-request-body]", "[data-copy-page]"];
const ofExample = "example ";

// Code is the samples and responses of an operation's page. The server writes them; links choose among them without
// loading the page again.
export class Code {
  // chosen receives the key of the body example that the reader chose.
  chosen: (key: string) => void = () => undefined;
  private request: SampleRequest | undefined;
  private following = new AbortController();
  private writing = new AbortController();
  private timer = 0;

  constructor(private readonly room: HTMLElement) {
    (room.closest("main") ?? room).addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-choice]") : null;
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
        event.preventDefault();
        void this.follow(link);
      }
    });
    this.upgrade();
  }

  // show writes the samples of a request once it has not changed for typingPause. Without a request, the samples stay
  // as they are.
  show(request: SampleRequest | undefined): void {
    this.request = request;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.write(this.language()).catch(() => undefined), typingPause);
  }

  // example returns the key of the chosen example of the body, empty if there is no choice.
  example(): string {
    return this.room.querySelector<HTMLElement>("[aria-current][data-choice^='example ']")?.dataset["choice"]?.slice(ofExample.length) ?? "";
  }

  private language(): string {
    return this.room.querySelector<HTMLElement>("[data-request] [role=tablist] [aria-selected=true]")?.dataset["choice"] ?? "";
  }

  private async follow(link: HTMLAnchorElement): Promise<void> {
    const choice = link.dataset["choice"]!;
    const ofRequest = link.closest("[data-request] [role=tablist]");
    history.replaceState(history.state, "", `${link.pathname}${link.search}${location.hash}`);
    try {
      if (ofRequest && this.request) {
        clearTimeout(this.timer); // the pending samples are written now, in the chosen language
        choose(ofRequest.children, (tab) => tab === link);
        await this.write(choice);
        return;
      }
      this.following.abort();
      this.following = new AbortController();
      const part = await ask(link.href, { signal: this.following.signal });
      const within = link.closest("[data-request-body]") ? "[data-request-body]" : "[data-code]";
      const focused = document.activeElement === link;
      this.room.replaceChildren(...part.querySelector("[data-code]")!.children);
      this.upgrade();
      if (choice.startsWith(ofExample)) {
        for (const follower of followers) {
          document.querySelector(follower)?.replaceWith(...part.querySelectorAll(follower));
        }
        this.chosen(choice.slice(ofExample.length));
      } else if (this.request) {
        this.show(this.request); // the server has just sent the samples of the page's own request
      }
      if (focused) {
        document.querySelector<HTMLElement>(`${within} [data-choice="${CSS.escape(choice)}"]`)?.focus();
      }
    } catch (wrong) {
      if (!(wrong instanceof DOMException && wrong.name === "AbortError")) {
        location.assign(link.href); // the page itself says what is wrong
      }
    }
  }

  private async write(language: string): Promise<void> {
    const body = JSON.stringify(this.request);
    const code = this.room.querySelector("[data-request] pre");
    if (!this.request || !code || body.length > longestRequest) {
      return;
    }
    this.writing.abort();
    this.writing = new AbortController();
    const part = await ask(`/try/sample?lang=${encodeURIComponent(language)}`, {
      method: "POST", body, headers: { "Content-Type": "application/json" }, signal: this.writing.signal,
    });
    const written = part.querySelector("pre");
    if (written) {
      this.room.querySelector("[data-request] pre")?.replaceWith(written);
    }
  }

  private upgrade(): void {
    for (const list of this.room.querySelectorAll<HTMLElement>("nav.ink-tabs")) {
      const current = list.querySelector("[aria-current]");
      tabs(list, (tab) => tab === current);
    }
  }
}

async function ask(address: string, options: RequestInit): Promise<Document> {
  const answer = await fetch(address, { ...options, headers: { ...options.headers, "HX-Request": "true" } });
  if (!answer.ok) {
    throw new Error(`the code: ${answer.status}`);
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
