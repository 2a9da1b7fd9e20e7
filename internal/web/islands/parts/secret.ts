// watchSecret shows a one-time secret in a dialog, over the page to which the dialog leads back.
export function watchSecret(): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[data-secret-dialog]");
  if (dialog) {
    new SecretDialog(dialog).open();
  }
}

// SecretDialog asks before it closes, unless the secret has been copied.
class SecretDialog {
  private copied = false;
  private leaving = false;
  private readonly back: string;
  private readonly ask: HTMLElement;
  private readonly foot: HTMLElement;

  constructor(private readonly dialog: HTMLDialogElement) {
    this.back = dialog.dataset["secretDialog"]!;
    this.ask = this.part("ask");
    this.foot = this.part("foot");
  }

  open(): void {
    this.dialog.close(); // the server opens it for readers without scripts
    this.dialog.showModal();
    void this.showBehind();
    this.dialog.addEventListener("copied", () => this.note());
    this.dialog.addEventListener("copy", () => this.note());
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.wish();
    });
    // Browsers close a dialog at the second Escape without a cancel event.
    this.dialog.addEventListener("close", () => this.reopen());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog && this.isOutside(event)) {
        this.wish();
      }
    });
    this.part("done").addEventListener("click", (event) => {
      event.preventDefault();
      this.leave();
    });
    this.part("leave").addEventListener("click", () => this.leave());
    this.part("stay").addEventListener("click", () => this.asking(false));
  }

  private part(name: string): HTMLElement {
    return this.dialog.querySelector<HTMLElement>(`[data-secret-${name}]`)!;
  }

  private isOutside(event: MouseEvent): boolean {
    const box = this.dialog.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  }

  private note(): void {
    this.copied = true;
    this.part("copied").hidden = false;
    this.part("advice").hidden = true;
    this.asking(false);
  }

  // wish closes the dialog if the secret has been copied. Otherwise it shows the question, or hides it if it is shown.
  private wish(): void {
    if (this.copied) {
      this.leave();
    } else {
      this.asking(this.ask.hasAttribute("hidden"));
    }
  }

  private asking(asks: boolean): void {
    if (asks !== this.ask.hasAttribute("hidden")) {
      return;
    }
    this.ask.hidden = !asks;
    this.foot.hidden = asks;
    (asks ? this.part("stay") : this.dialog.querySelector<HTMLElement>("[data-copy]")!).focus();
  }

  private reopen(): void {
    if (!this.leaving && !this.dialog.open) {
      this.dialog.showModal();
      this.asking(true);
    }
  }

  private leave(): void {
    this.leaving = true;
    location.replace(this.back);
  }

  // showBehind loads the page that the dialog leads back to. It is a picture only: leaving loads the page itself.
  private async showBehind(): Promise<void> {
    const answer = await fetch(this.back).catch(() => undefined);
    if (!answer?.ok || this.leaving) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const behind = document.createElement("div");
    behind.inert = true;
    behind.append(...(page.querySelector("main")?.children ?? []));
    behind.querySelector("#notices")?.remove();
    this.dialog.before(behind);
  }
}
