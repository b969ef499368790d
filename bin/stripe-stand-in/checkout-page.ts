import fs from 'node:fs';
import path from 'node:path';
import express, { type Request, type Response, Router } from 'express';
import type { Bank } from './bank';
import { row } from './books';
import { cardOfKey, cardOfNumber, inGroupsOfFour, LISTED_CARDS } from './cards';
import * as sessions from './checkout-sessions';
import { displayAmount } from './money';
import * as life from './payment-intent-life';
import type { IntentRow } from './payment-intents';
import { passTime } from './time';
import { type Wording, wordingFor } from './wording';

// Compiled to dist/bin/stripe-stand-in; templates, styles and fonts stay in the source tree.
const PROJECT = path.join(__dirname, '../../..');
export const VIEWS = path.join(PROJECT, 'bin/stripe-stand-in/views');
const FONT = require.resolve(
  '@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2',
);
const ASSET_LASTS_S = 3600;

type ErrorName = keyof Wording['errors'];

/** The pages a cardholder sees. Every address in them is relative: a proxy may mount them anywhere. */
export function checkoutPages(bank: Bank): Router {
  const router = Router();
  router.use('/c/assets', assets());
  router.use('/c', express.urlencoded({ extended: false, limit: '20kb' }), (_req, res, next) => {
    passTime(bank.books);
    res.on('close', () => bank.deliver());
    res.set({
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    next();
    bank.save();
  });
  router.get('/c/pay/:id', (req, res) => showPage(bank, req, res));
  router.post('/c/pay/:id', (req, res) => pressButton(bank, req, res));
  router.get('/c/authenticate/:id', (req, res) => showQuestion(bank, req, res));
  router.post('/c/authenticate/:id', (req, res) => answerQuestion(bank, req, res));
  router.use('/c', (req, res) => notice(res, wordingOf(req, null), 'unknown', null, 404));
  return router;
}

function assets(): Router {
  const router = Router();
  const send = (name: string, file: string, type: string) => {
    const bytes = fs.readFileSync(file);
    router.get(`/${name}`, (_req, res) => {
      res.set('Cache-Control', `public, max-age=${ASSET_LASTS_S}`).type(type).send(bytes);
    });
  };
  send('checkout.css', path.join(VIEWS, 'checkout.css'), 'text/css');
  send('mark.svg', path.join(VIEWS, 'mark.svg'), 'image/svg+xml');
  send('source-sans-3.woff2', FONT, 'font/woff2');
  return router;
}

function wordingOf(req: Request, session: sessions.SessionRow | null): Wording {
  const chosen = typeof req.query.language === 'string' ? req.query.language : session?.locale;
  return wordingFor(chosen, req.get('accept-language'));
}

function showPage(bank: Bank, req: Request, res: Response) {
  const session = row(bank.books.checkout_sessions, String(req.params.id));
  const words = wordingOf(req, session ?? null);
  if (!session) return notice(res, words, 'unknown', null, 404);
  if (session.status === 'complete') return notice(res, words, 'complete', sessions.successAddress(session));
  if (session.status === 'expired') return notice(res, words, 'expired', session.cancel_url);
  const isRefused = req.query.answer === 'refused';
  renderPage(bank, req, res, session, isRefused ? 'refused' : null);
}

function pressButton(bank: Bank, req: Request, res: Response) {
  const session = row(bank.books.checkout_sessions, String(req.params.id));
  // A second press after the first one succeeded goes where the first one went.
  if (session?.status === 'complete') return res.redirect(303, sessions.successAddress(session));
  if (session?.status !== 'open') return showPage(bank, req, res);

  const typed = field(req, 'number').trim();
  const chosen = field(req, 'card');
  const card = typed ? cardOfNumber(typed) : LISTED_CARDS.find((one) => one.key === chosen);
  if (!card) return renderPage(bank, req, res, session, typed ? 'card_unknown' : 'card_missing');
  const email = field(req, 'email').trim();
  if (!session.customer_email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    return renderPage(bank, req, res, session, 'email');
  }

  const intent = sessions.pay(bank, session, card, email || null);
  if (intent.status === 'requires_action') {
    return res.redirect(303, `../authenticate/${intent.id}${languageChosen(req)}`);
  }
  if (life.isWaitingForPayment(intent)) {
    const declined = intent.last_payment_error?.decline_code;
    return renderPage(bank, req, res, session, (declined ?? 'generic_decline') as ErrorName);
  }
  res.redirect(303, sessions.successAddress(session));
}

function field(req: Request, name: string): string {
  const value: unknown = req.body?.[name];
  return typeof value === 'string' ? value : '';
}

function languageChosen(req: Request): string {
  return typeof req.query.language === 'string' ? `?language=${encodeURIComponent(req.query.language)}` : '';
}

function renderPage(
  bank: Bank,
  req: Request,
  res: Response,
  session: sessions.SessionRow,
  error: ErrorName | null,
) {
  const words = wordingOf(req, session);
  const isHold = session.intent_data.capture_method === 'manual';
  const money = (amount: number) => displayAmount(amount, session.currency, words.code);
  const hasTypedNumber = field(req, 'number').trim() !== '';
  allowFormsTo(res, [session.success_url, session.cancel_url]);
  res.status(error && req.method === 'POST' ? 422 : 200).render('pay', {
    words,
    shop: shopOf(bank, session) ?? words.a_shop,
    isHold,
    message: session.submit_message,
    amount: money(session.amount_total),
    lines: session.line_items.map((item) => ({
      name: item.name,
      description: item.description,
      quantity: item.quantity > 1 ? words.quantity(item.quantity) : null,
      amount: money(item.unit_amount * item.quantity),
    })),
    cards: LISTED_CARDS.map((card) => ({
      key: card.key,
      number: inGroupsOfFour(card.number),
      isChosen: !hasTypedNumber && card.key === (field(req, 'card') || LISTED_CARDS[0]!.key),
      ...words.cards[card.key]!,
    })),
    email: session.customer_email,
    typed_email: field(req, 'email') || session.paid_by_email || '',
    error,
    cancel_url: session.cancel_url,
    otherLanguage: words.code === 'fr' ? 'en' : 'fr',
  });
}

function shopOf(bank: Bank, session: sessions.SessionRow | undefined): string | null {
  return session?.shop_name ?? bank.shop_name ?? null;
}

/** The intent that waits for its cardholder, and the Checkout Session it belongs to, if any. */
function questionOf(bank: Bank, req: Request) {
  const intent = row(bank.books.payment_intents, String(req.params.id));
  const session = Object.values(bank.books.checkout_sessions).find(
    (one) => intent !== undefined && one.payment_intent === intent.id,
  );
  return { intent: intent?.status === 'requires_action' ? intent : undefined, session, known: intent };
}

function showQuestion(bank: Bank, req: Request, res: Response) {
  const { intent, session, known } = questionOf(bank, req);
  const words = wordingOf(req, session ?? null);
  if (!known) return notice(res, words, 'unknown', null, 404);
  if (!intent) return leaveQuestion(req, res, session, known);
  const shop = shopOf(bank, session) ?? words.a_shop;
  const amount = displayAmount(intent.amount, intent.currency, words.code);
  const card = cardOfKey(bank.books.payment_methods[intent.payment_method!]!.card);
  allowFormsTo(res, [session?.success_url ?? intent.return_url]);
  res.render('authenticate', {
    words,
    question: words.authenticate_explained(amount, shop.charAt(0).toUpperCase() + shop.slice(1)),
    amount,
    card: words.ending(card.number.slice(-4)),
    otherLanguage: words.code === 'fr' ? 'en' : 'fr',
  });
}

function answerQuestion(bank: Bank, req: Request, res: Response) {
  const { intent, session, known } = questionOf(bank, req);
  if (!known) return showQuestion(bank, req, res);
  if (intent) {
    life.authenticate(bank.books, intent, field(req, 'answer') === 'confirm');
    if (session) sessions.completeIfPaid(bank.books, session, intent);
  }
  leaveQuestion(req, res, session, known);
}

function leaveQuestion(
  req: Request,
  res: Response,
  session: sessions.SessionRow | undefined,
  intent: IntentRow,
) {
  if (session?.status === 'complete') return res.redirect(303, sessions.successAddress(session));
  if (session) {
    const query = new URLSearchParams({ answer: 'refused' });
    if (typeof req.query.language === 'string') query.set('language', req.query.language);
    return res.redirect(303, `../pay/${session.id}?${query}`);
  }
  const words = wordingOf(req, null);
  if (!intent.return_url) return notice(res, words, 'complete', null);
  const address = new URL(intent.return_url);
  address.searchParams.set('payment_intent', intent.id);
  address.searchParams.set('payment_intent_client_secret', intent.client_secret);
  address.searchParams.set('redirect_status', life.isWaitingForPayment(intent) ? 'failed' : 'succeeded');
  res.redirect(303, address.href);
}

function notice(
  res: Response,
  words: Wording,
  kind: 'complete' | 'expired' | 'unknown',
  next: string | null,
  status = 200,
) {
  allowFormsTo(res, []);
  const title = words[`${kind}_title`];
  const explained = words[`${kind}_explained`];
  const goOn = kind === 'complete' ? words.go_on : words.back;
  res.status(status).render('notice', { words, title, explained, next, goOn, otherLanguage: null });
}

// Chromium applies form-action to the redirect that follows a form, so the shop's own origin is named.
function allowFormsTo(res: Response, addresses: (string | null)[]) {
  const origins = addresses.flatMap((one) => (one ? [new URL(one).origin] : []));
  res.set(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; " +
      `frame-ancestors 'none'; form-action ${["'self'", ...new Set(origins)].join(' ')}`,
  );
}
