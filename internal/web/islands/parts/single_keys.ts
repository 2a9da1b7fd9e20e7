const name = "portico:single-keys-off";

// singleKeysAreOff reports whether the reader has turned off single-key shortcuts in this browser.
export function singleKeysAreOff(): boolean {
  try {
    return localStorage.getItem(name) !== null;
  } catch {
    return false;
  }
}

export function turnSingleKeys(on: boolean): void {
  try {
    if (on) {
      localStorage.removeItem(name);
    } else {
      localStorage.setItem(name, "yes");
    }
  } catch {
    // Without storage, the next page has the shortcuts again.
  }
}
