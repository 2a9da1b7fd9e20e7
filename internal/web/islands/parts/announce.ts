// announce tells screen readers what has just happened.
export function announce(text: string): void {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = text;
  }
}
