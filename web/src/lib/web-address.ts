// An address that somebody outside sent: shown as a link only when it leads to a web page, never to code of theirs.

export function webAddress(text: string): string | null {
  let address: URL;
  try {
    address = new URL(text.trim());
  } catch {
    return null;
  }
  const web = address.protocol === 'https:' || address.protocol === 'http:';
  return web && address.username === '' && address.password === '' ? address.href : null;
}
