// announce tells people who listen to a page rather than see it what has just happened.
export function announce(text: string): void {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = text;
  }
}
