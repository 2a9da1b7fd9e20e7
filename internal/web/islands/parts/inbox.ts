const editable = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const chosen = "chosen-decision";

// watchInbox lets one work through the requests with single keys, though never while a field takes what is typed. On the
// page of one request, the address says which decision one came for: its reason has the focus then, and its button leads.
export function watchInbox(): void {
  const decision = document.querySelector<HTMLFormElement>("form[data-decision]");
  const wanted = location.hash.slice(1);
  if (decision && (wanted === "approve" || wanted === "reject")) {
    decision.querySelector<HTMLTextAreaElement>("textarea")?.focus();
    decision.querySelector(`button[value=${wanted}]`)?.classList.add(chosen);
  }
  const rows = [...document.querySelectorAll<HTMLElement>("[data-inbox] [data-request]")];
  if (rows.length === 0) {
    return;
  }
  document.addEventListener("keydown", (event) => {
    const target = event.target as Element | null;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || target?.closest(editable)) {
      return;
    }
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    if (act(rows, at, event.key)) {
      event.preventDefault();
    }
  });
}

function act(rows: HTMLElement[], at: number, key: string): boolean {
  switch (key) {
    case "j":
    case "ArrowDown":
      return moveTo(rows[Math.min(at + 1, rows.length - 1)]);
    case "k":
    case "ArrowUp":
      return moveTo(rows[Math.max(at - 1, 0)]);
    case "x":
      return choose(rows[at]);
    case "a":
      return open(rows[at], "approve");
    case "r":
      return open(rows[at], "reject");
  }
  return false;
}

function moveTo(row: HTMLElement | undefined): boolean {
  row?.querySelector<HTMLElement>("h2 a")?.focus();
  row?.scrollIntoView({ block: "nearest" });
  return row !== undefined;
}

function choose(row: HTMLElement | undefined): boolean {
  const box = row?.querySelector<HTMLInputElement>("input[name=request]");
  box?.click();
  return Boolean(box);
}

function open(row: HTMLElement | undefined, decision: string): boolean {
  if (!row || !("pending" in row.dataset) || !row.querySelector("input[name=request]")) {
    return false;
  }
  location.assign(`${row.dataset.request}#${decision}`);
  return true;
}
