const every = 2_000;
// After this long without a key or pointer, the page pauses, so that a forgotten tab does not keep its session alive.
const patience = 10 * 60_000;
const most = 200;

// watchRequestLog adds new calls to the top of a request log until the reader pauses it.
export function watchRequestLog(): void {
  const log = document.getElementById("request-log");
  const button = log?.querySelector<HTMLButtonElement>("[data-pause]");
  const state = log?.querySelector<HTMLElement>("[data-live-state]");
  if (!log || !button || !state) {
    return;
  }
  let live = true;
  let touched = performance.now();
  const set = (on: boolean): void => {
    live = on;
    state.textContent = on ? "Live" : "Paused";
    state.classList.toggle("paused", !on);
    button.textContent = on ? "Pause" : "Resume";
  };
  button.addEventListener("click", () => set(!live));
  for (const kind of ["pointermove", "keydown"]) {
    addEventListener(kind, () => (touched = performance.now()), { passive: true });
  }
  const step = async (): Promise<void> => {
    if (live && performance.now() - touched > patience) {
      set(false);
    }
    if (live && !document.hidden && !(await renew(log))) {
      set(false);
      return;
    }
    setTimeout(() => void step(), every);
  };
  setTimeout(() => void step(), every);
}

// renew adds the calls that the page does not have yet. It returns false if the server no longer sends the page, for
// example because the session has ended.
async function renew(log: HTMLElement): Promise<boolean> {
  let answer: Response;
  try {
    answer = await fetch(location.href, { redirect: "error" });
  } catch {
    return true; // the network may come back
  }
  if (!answer.ok) {
    return answer.status >= 500;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#request-log [data-lines]");
  const shown = log.querySelector("[data-lines]");
  const rows = fresh?.querySelector("tbody");
  if (!fresh || !shown || !rows) {
    return true;
  }
  const into = shown.querySelector("tbody");
  if (!into) {
    shown.replaceWith(fresh);
    return true;
  }
  // A slow call that began earlier belongs between calls that are there already.
  let before: Element | null = into.firstElementChild;
  for (const row of [...rows.children]) {
    const there = document.getElementById(row.id);
    if (there) {
      before = there.nextElementSibling;
    } else {
      row.classList.add("fresh");
      into.insertBefore(row, before);
    }
  }
  while (into.childElementCount > most) {
    into.lastElementChild!.remove();
  }
  return true;
}
