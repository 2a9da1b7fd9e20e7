// The pause between two renewals in milliseconds, which is longer if the server needs long.
const least = 2_000;
const share = 5;

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

// renew changes what differs, so that open tables stay open and the focus stays where it is. It returns false if the
// server no longer sends the figures, for example because the session has ended.
async function renew(figures: HTMLElement): Promise<boolean> {
  let answer: Response;
  try {
    answer = await fetch(location.href, { headers: { "HX-Request": "true" }, redirect: "manual" });
  } catch {
    return true; // the network may come back
  }
  if (!answer.ok) {
    return answer.status >= 500;
  }
  const fresh = document.createElement("div");
  fresh.innerHTML = await answer.text();
  change(figures, fresh);
  return true;
}

// change makes the content of an element like that of another one.
function change(old: Element, fresh: Element): void {
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((one, at) => {
    const there = before[at];
    if (!there) {
      old.append(one);
    } else if (there instanceof Element && one instanceof Element && there.nodeName === one.nodeName) {
      changeAttributes(there, one);
      change(there, one);
    } else if (!there.isEqualNode(one)) {
      there.replaceWith(one);
    }
  });
  before.slice(after.length).forEach((one) => one.remove());
}

// changeAttributes leaves a table open that the reader has opened.
function changeAttributes(old: Element, fresh: Element): void {
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  for (const name of old.getAttributeNames()) {
    if (name !== "open" && !fresh.hasAttribute(name)) {
      old.removeAttribute(name);
    }
  }
}
