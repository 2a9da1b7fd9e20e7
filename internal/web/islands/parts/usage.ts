// How often the figures are renewed, and how much of the time the server may spend on it.
const least = 2_000;
const share = 10;

// watchUsage renews the figures while the tab is visible and the period ends now.
export function watchUsage(): void {
  const figures = document.getElementById("usage");
  if (!figures) {
    return;
  }
  if (figures.dataset["zone"] !== Intl.DateTimeFormat().resolvedOptions().timeZone) {
    void renew(figures); // this is the first visit, and the server did not know the zone yet
  }
  if ("live" in figures.dataset) {
    void keepRenewed(figures);
  }
}

async function keepRenewed(figures: HTMLElement): Promise<void> {
  let pause = least;
  for (;;) {
    await new Promise((done) => setTimeout(done, pause));
    if (document.hidden) {
      continue;
    }
    const began = performance.now();
    if (!(await renew(figures))) {
      return;
    }
    pause = Math.max(least, share * (performance.now() - began));
  }
}

// renew replaces what has changed, and keeps open tables open and the focus where it is. It returns false if the server
// no longer sends the figures, for example because the session has ended.
async function renew(figures: HTMLElement): Promise<boolean> {
  let answer: Response;
  try {
    answer = await fetch(location.href, { headers: { "HX-Request": "true" }, redirect: "error" });
  } catch {
    return true; // the network may come back
  }
  if (!answer.ok) {
    return answer.status >= 500;
  }
  const fresh = document.createElement("div");
  fresh.innerHTML = await answer.text();
  const old = [...figures.children];
  const made = [...fresh.children];
  made.forEach((one, at) => {
    const before = old[at];
    if (!before) {
      figures.append(one);
    } else if (!before.contains(document.activeElement)) {
      keepOpen(before, one);
      if (!before.isEqualNode(one)) {
        before.replaceWith(one);
      }
    }
  });
  old.slice(made.length).forEach((one) => one.remove());
  return true;
}

function keepOpen(before: Element, after: Element): void {
  for (const opened of before.querySelectorAll("details[open][id]")) {
    after.querySelector(`#${CSS.escape(opened.id)}`)?.setAttribute("open", "");
  }
}
