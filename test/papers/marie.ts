// Marie Lefèvre signs the proof of her business cards: one record and one receipt for the tests of the papers.
import { createHash } from 'node:crypto';
import type { Dossier } from '../../server/papers/dossier';
import type { Receipt } from '../../server/papers/receipt';
import type { ApprovalRecord } from '../../server/papers/record';
import type { Point } from '../../server/papers/signature';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const STROKES: Point[][] = [
  Array.from({ length: 60 }, (_, i) => ({ x: 20 + i * 4, y: 60 + 30 * Math.sin(i / 4) })),
  [
    { x: 15, y: 110 },
    { x: 260, y: 98 },
  ],
];

export const record: ApprovalRecord = {
  language: 'fr',
  time_zone: 'Europe/Paris',
  is_demo: false,
  shop: { name: 'Imprimerie Lilas', lines: ['12 avenue des Lilas, 69003 Lyon', '04 78 55 01 22'] },
  order: {
    ref: 'K7F-204',
    description: '500 × cartes de visite, 85 × 55 mm, recto verso',
    promised: 'vendredi 27 novembre',
  },
  proof: { version: 2, page_count: 2, issued_at: '2026-11-24T12:31:40.120Z' },
  statement: {
    version: 'v1',
    text: 'J’ai regardé les 2 pages de la version 2.\nJe donne mon **bon à tirer** pour cette version.',
  },
  ticks: [
    { text: '**Le texte est correct.** J’ai relu les noms.', at: '2026-11-24T13:01:10.482Z' },
    { text: '**La coupe me convient.**', at: null },
  ],
  warnings: [],
  signer: { typed_name: 'Marie Lefèvre', capacity: 'gérante' },
  signature: { kind: 'drawn', strokes: STROKES },
  signed_at: '2026-11-24T13:02:11.482Z',
  pages: [
    {
      number: 1,
      picture: null,
      first_displayed_at: '2026-11-24T13:00:12.300Z',
      displayed_ms: 41_300,
      highest_zoom: '200 %',
    },
    { number: 2, picture: null, first_displayed_at: null, displayed_ms: null, highest_zoom: null },
  ],
  comparison_opened: true,
  text_opened: null,
  recognised_by: ['Lien privé envoyé à m•••@fleurs.example.'],
  device: {
    channel: 'web',
    tablet: null,
    ip: '203.0.113.24',
    user_agent: 'Mozilla/5.0',
    viewport: '390 × 844',
    language: 'fr-FR',
    time_zone_offset: null,
  },
  hashes: {
    artworks: [{ name: 'carte.pdf', sha256: sha256('artwork') }],
    proof: sha256('proof'),
    press: sha256('press'),
    specification: sha256('specification'),
    statement: sha256('statement'),
  },
  payment: {
    amount: '48,00 €',
    kind: 'card',
    last4: '4242',
    state: 'to_be_charged',
    at: '2026-11-24T13:17:11.482Z',
  },
  stop: { until: '2026-11-24T13:17:11.482Z', was_used: false },
  chain: { event_number: 23, sha256: sha256('event'), previous_sha256: sha256('before') },
  time_stamp: { state: 'none' },
  is_at_counter: false,
  is_recorded_by_staff: false,
  button_label: 'Signer et donner mon bon à tirer',
  sending: {
    to: 'marie@fleurs.example',
    at: '2026-11-24T12:31:41.000Z',
    message_id: 'c3d4@lilas.example',
    state: 'sent',
    copy_to: 'marie@fleurs.example',
  },
  seal_root_sha256: sha256('root'),
  verification: { url: 'https://lilas.example/verify/7Q4M-K2XD', code: '7Q4M-K2XD' },
};

export const receipt: Receipt = {
  language: 'fr',
  is_demo: false,
  issued_at: '2026-11-24T13:02:11.482Z',
  issued_on: '24 novembre 2026',
  number: null,
  seller: { name: 'Imprimerie Lilas', lines: ['RCS Lyon 812 345 678', 'TVA FR12 812345678'] },
  customer: ['Marie Lefèvre', 'Fleurs Lefèvre SARL'],
  order_ref: 'K7F-204',
  lines: [
    { label: 'Cartes de visite', detail: '85 × 55 mm', quantity: '500', unit_price: null, amount: '42,20 €' },
    { label: 'Livraison', detail: null, quantity: '1', unit_price: '5,80 €', amount: '5,80 €' },
  ],
  taxes: [{ rate: '20 %', net: '40,00 €', tax: '8,00 €', gross: '48,00 €' }],
  total: '48,00 €',
  payment: { kind: 'card_to_be_charged', last4: '4242', at: '24 novembre 2026 à 14 h 17' },
  link: 'https://lilas.example/o/3fK9xQ2mB7',
};

export const dossier: Dossier = {
  record,
  order: {
    placed_at: '2026-11-24T10:00:00.000Z',
    customer: 'Marie Lefèvre',
    email: 'marie@fleurs.example',
    phone: '06 12 34 56 78',
    delivery: '4 rue des Fleurs\n69003 Lyon',
    specification: [
      { label: 'Produit', value: 'Cartes de visite' },
      { label: 'Format', value: '85 × 55 mm' },
    ],
  },
  pages: [
    { number: 1, picture: null },
    { number: 2, picture: null },
  ],
  history: [
    { at: '2026-11-24T10:00:00.000Z', who: 'client', text: 'Commande passée', note: null },
    { at: '2026-11-24T13:02:11.482Z', who: 'client', text: 'Marie Lefèvre a signé la version 2', note: null },
  ],
  rounds: [
    {
      number: 1,
      version: 1,
      at: '2026-11-24T11:00:00.000Z',
      note: 'Merci !',
      points: [{ number: 1, page: 1, text: 'Remplacer « rue » par « avenue »', answer: 'Fait' }],
    },
  ],
  letters: [
    {
      at: '2026-11-24T12:31:41.000Z',
      to: 'marie@fleurs.example',
      subject: 'Votre épreuve est prête',
      text: 'Bonjour Marie,\n\nVoir mon épreuve : https://lilas.example/o/3fK9xQ2mB7/proof/2\n\nMerci.',
      how: 'envoyé par courriel',
    },
  ],
  receipt: {
    lines: [{ label: '500 × Cartes de visite', amount: '48,00 €' }],
    taxes: [{ rate: '20 %', tax: '8,00 €' }],
    total: '48,00 €',
    paid: 'Carte se terminant par 4242 – débitée le 24 novembre 2026 à 14 h 17',
    processor_ref: 'pi_3fK9',
    refunded: null,
  },
  job: [{ at: '2026-11-25T09:00:00.000Z', text: 'Impression commencée', who: 'Léa Martin' }],
  handed_over_at: '2026-11-27T16:00:00.000Z',
  printed: {
    photos: [],
    count: { ordered: 500, counted: 500, note: null, at: '2026-11-27T15:00:00.000Z' },
    handover: {
      how: 'collected',
      recipient: 'Marie Lefèvre',
      signature: { kind: 'drawn', strokes: STROKES },
      carrier: null,
      tracking_number: null,
      sent_on: null,
    },
  },
  policy: {
    version: 'Version 1',
    texts: [{ title: 'Si l’impression n’est pas juste', text: 'Nous la corrigeons à nos frais.' }],
  },
  copy: {
    at: '2026-11-24T13:02:20.000Z',
    to: 'marie@fleurs.example',
    message_id: 'a1b2@lilas.example',
    reply: '250 OK',
  },
  chain: { events: 23, head: sha256('head') },
  made_at: '2026-12-01T08:00:00.000Z',
};
