// keepZone tells the server the time zone of the reader's clock, so that its days begin at the reader's midnight.
export function keepZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes(`portico_zone=${zone}`)) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `portico_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }
}
