const NOWHERE = 'http://shop.invalid';

/** The path to go back to, when it is one of ours; a form could otherwise be made to send people elsewhere. */
export function localPath(wanted: unknown, otherwise: string): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || !URL.canParse(wanted, NOWHERE))
    return otherwise;
  const url = new URL(wanted, NOWHERE);
  return url.origin === NOWHERE ? url.pathname + url.search + url.hash : otherwise;
}
