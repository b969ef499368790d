// The way of a customer through the pages, by forms alone.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { STROKES } from '../fixtures/world';
import { ARTWORK, fieldsOf, type TestShop, type Visitor } from './portal';

export const CARD = join(ARTWORK, 'business-card.pdf');

function expectRedirect(answer: { status: number; location: string; text: string }): string {
  if (answer.status !== 303)
    throw new Error(`Expected to be sent on, got ${answer.status}: ${answer.text.slice(0, 400)}`);
  return answer.location;
}

/** Chooses a product and gives every answer but the last; returns the draft's address, `/order/…`. */
export async function fillDraft(
  shop: TestShop,
  visit: Visitor,
  { product = 'business-cards', file = CARD as string | null, fields = {} as Record<string, string> } = {},
): Promise<string> {
  const action = `/order/new/${product}`;
  const page = await visit.get(action);
  const chosen = { ...fieldsOf(page.text, action), ...fields };
  const artwork = expectRedirect(await visit.post(action, chosen));
  const base = artwork.replace(/\/artwork$/, '');
  if (file) {
    expectRedirect(await visit.upload(artwork, file));
    await shop.settled();
  }
  expectRedirect(
    await visit.post(`${base}/details`, {
      contact_name: 'Marie Lefèvre',
      contact_email: 'marie@example.com',
      contact_phone: '06 12 34 56 78',
    }),
  );
  return base;
}

/** Places the order; returns its private address, `/o/…`. */
export async function placeDraft(
  visit: Visitor,
  base: string,
  payment_method: 'card' | 'counter',
): Promise<string> {
  const check = await visit.get(`${base}/check`);
  const next = expectRedirect(
    await visit.post(`${base}/check`, { ...fieldsOf(check.text, `${base}/check`), payment_method }),
  );
  return next.replace(/\/(pay|preparing)$/, '');
}

/** Reserves the amount on the bank's own page and comes back. */
export async function reserveOnline(
  shop: TestShop,
  visit: Visitor,
  order: string,
  card = '4242424242424242',
): Promise<void> {
  const bankPage = expectRedirect(await visit.post(`${order}/pay`));
  const atBank = new URL(bankPage);
  const body = new URLSearchParams({ number: card, email: 'marie@example.com' });
  const paid = await fetch(atBank, { method: 'POST', body, redirect: 'manual' });
  const back = paid.headers.get('location') ?? '';
  if (!back.includes('/return?')) throw new Error(`The bank did not send us back: ${paid.status} ${back}`);
  expectRedirect(await visit.get(new URL(back).pathname + new URL(back).search));
  await shop.settled();
}

/** Looks at every page of the current proof; returns the proof's address. */
export async function lookAtProof(shop: TestShop, visit: Visitor, order: string): Promise<string> {
  await shop.settled();
  const { next: url } = (await visit.get(`${order}/status.json`)).json<{ next: string }>();
  const page = await visit.get(url);
  for (const [, seen] of page.text.matchAll(/action="([^"]*\/pages\/\d+\/seen)"/g)) {
    expectRedirect(await visit.post(seen));
  }
  return url;
}

/** Everything that a signed approval form sends, ticked and signed. */
export async function signedForm(visit: Visitor, proof: string): Promise<Record<string, string>> {
  const page = await visit.get(proof);
  const fields = fieldsOf(page.text, `${proof}/approval`);
  for (const [, name] of page.text.matchAll(/name="(statements\[[^"]*\])"/g)) fields[name] = 'on';
  return {
    ...fields,
    idempotency_key: fields.idempotency_key ?? randomUUID(),
    typed_name: 'Marie Lefèvre',
    signature_method: 'drawn',
    signature_strokes: JSON.stringify(STROKES),
  };
}
