import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

export type Lang = 'en' | 'fr';

export const SAMPLE_FOLDER = join(tmpdir(), 'bat-gallery');
const PIXELS_PER_MM = 150 / 25.4;
const SLUG_MM = 14;
const BLEED_MM = 3;
const CARD_MM = { width: 85, height: 55 };

const mm = (length: number) => length * PIXELS_PER_MM;

const fronts = [
  `<rect x="-3" y="-3" width="91" height="61" fill="#21443b"/>
   <g fill="none" stroke="#e9c9a0" stroke-width=".35" opacity=".55"><circle cx="74" cy="46" r="9"/><circle cx="74" cy="46" r="14"/><circle cx="74" cy="46" r="19"/><circle cx="74" cy="46" r="24"/></g>
   <path d="M14 14c5-6 12-6 14 0c-2 6-9 6-14 0m7 0v14" fill="none" stroke="#e9c9a0" stroke-width=".8"/>
   <text x="12" y="37" font-family="DejaVu Serif" font-size="6.2" fill="#f7efe2">Atelier Lefèvre</text>
   <text x="12" y="43.5" font-family="DejaVu Sans" font-size="2.6" letter-spacing=".5" fill="#e9c9a0">FLEURS &amp; JARDINS DE SAISON</text>`,
  `<rect x="-3" y="-3" width="91" height="61" fill="#f8f3e8"/>
   <rect x="-3" y="-3" width="20" height="61" fill="#21443b"/>
   <text x="24" y="16" font-family="DejaVu Serif" font-size="4.6" fill="#21443b">Marie Lefèvre</text>
   <text x="24" y="20.5" font-family="DejaVu Sans" font-size="2.3" fill="#7d6a4d">Fleuriste paysagiste</text>
   <g font-family="DejaVu Sans" font-size="2.5" fill="#2a2a2a"><text x="24" y="34">12 rue des Lilas, 69004 Lyon</text><text x="24" y="38.4">04 78 39 21 60 · 06 12 48 90 33</text><text x="24" y="42.8">bonjour@atelier-lefevre.example</text></g>`,
];

function page(art: string, lang: Lang, number: number) {
  const pad = SLUG_MM + BLEED_MM;
  const width = CARD_MM.width + 2 * pad;
  const height = CARD_MM.height + 2 * pad;
  const word = lang === 'fr' ? 'ÉPREUVE' : 'PROOF';
  const warning = lang === 'fr' ? 'NE PAS IMPRIMER' : 'DO NOT PRINT';
  const corner = (x: number, y: number, dx: number, dy: number) =>
    `<path d="M${x} ${y + dy * 5}v${dy * 6}M${x + dx * 5} ${y}h${dx * 6}" stroke="#222" stroke-width=".2"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${mm(width)}" height="${mm(height)}" viewBox="0 0 ${width} ${height}">
    <rect width="100%" height="100%" fill="#fff"/>
    <clipPath id="bleed"><rect x="-3" y="-3" width="91" height="61"/></clipPath>
    <g transform="translate(${pad} ${pad})"><g clip-path="url(#bleed)">${art}</g>
      <text x="20" y="31" font-family="DejaVu Sans" font-size="9" fill="#888" opacity=".09" transform="rotate(-20 40 30)">${word}</text>
      <rect width="85" height="55" fill="none" stroke="#fff" stroke-width=".45"/><rect width="85" height="55" fill="none" stroke="#d0021b" stroke-width=".35" stroke-dasharray="2 1.2"/>
      <rect x="4" y="4" width="77" height="47" fill="none" stroke="#fff" stroke-width=".4"/><rect x="4" y="4" width="77" height="47" fill="none" stroke="#1565d8" stroke-width=".3" stroke-dasharray=".4 1"/>
      ${corner(0, 0, -1, -1)}${corner(85, 0, 1, -1)}${corner(0, 55, -1, 1)}${corner(85, 55, 1, 1)}
    </g>
    <text x="${pad}" y="${height - 3}" font-family="DejaVu Sans" font-size="2.6" fill="#333">${word} v2 · ${warning} · K7F-204 · p. ${number} · 5f0c9a1e · 85 × 55 mm</text>
  </svg>`;
  return { svg, pad };
}

const TILE_PX = 512;
const FINER = 4;

/** The same page four times as fine, in squares, as the engine would cut them. */
async function cutSampleTiles(svg: string, name: string) {
  const drawn = sharp(Buffer.from(svg), { density: 72 * FINER });
  const { data, info } = await drawn
    .flatten({ background: '#fff' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width: width_px, height: height_px } = info;
  const [columns, rows] = [Math.ceil(width_px / TILE_PX), Math.ceil(height_px / TILE_PX)];
  for (let column = 0; column < columns; column += 1) {
    const folder = join(SAMPLE_FOLDER, name, '0', String(column));
    mkdirSync(folder, { recursive: true });
    for (let row = 0; row < rows; row += 1) {
      const [left, top] = [column * TILE_PX, row * TILE_PX];
      await sharp(data, { raw: info })
        .extract({
          left,
          top,
          width: Math.min(TILE_PX, width_px - left),
          height: Math.min(TILE_PX, height_px - top),
        })
        .jpeg()
        .toFile(join(folder, `${row}.jpg`));
    }
  }
  return { tile_px: TILE_PX, levels: [{ width_px, height_px, columns, rows }] };
}

/** Two believable proof pages of a business card, with lines and slug, as the engine would draw them. */
export async function drawSamplePages(lang: Lang, withTiles = false) {
  mkdirSync(SAMPLE_FOLDER, { recursive: true });
  return Promise.all(
    fronts.map(async (art, index) => {
      const number = index + 1;
      const { svg, pad } = page(art, lang, number);
      const name = `page-${number}-${lang}.png`;
      const info = await sharp(Buffer.from(svg)).png().toFile(join(SAMPLE_FOLDER, name));
      await sharp(join(SAMPLE_FOLDER, name))
        .resize(240)
        .png()
        .toFile(join(SAMPLE_FOLDER, `thumb-${name}`));
      return {
        number,
        image_url: `/sample/${name}`,
        thumb_url: `/sample/thumb-${name}`,
        width_px: info.width,
        height_px: info.height,
        trim_px: { x: mm(pad), y: mm(pad), width: mm(CARD_MM.width), height: mm(CARD_MM.height) },
        pixels_per_mm: PIXELS_PER_MM,
        text:
          number === 1
            ? null
            : 'Marie Lefèvre\nFleuriste paysagiste\n12 rue des Lilas, 69004 Lyon\n04 78 39 21 60 · 06 12 48 90 33\nbonjour@atelier-lefevre.example',
        seen: false,
        tiles_url: `/sample/tiles-${number}-${lang}`,
        ...(withTiles ? { tiles: await cutSampleTiles(svg, `tiles-${number}-${lang}`) } : {}),
      };
    }),
  );
}

/** The lower right part of the trim. */
function placeIn({ x, y, width, height }: { x: number; y: number; width: number; height: number }) {
  return { number: 1, x: x + width * 0.6, y: y + height * 0.5, width: width * 0.3, height: height * 0.4 };
}

const words = {
  en: {
    product: 'Business cards',
    sides: 'both sides',
    paper: '350 g matt coated',
    finishing: 'rounded corners',
    pieces: '500 pieces',
    statements: [
      ['text', 'The text is correct.', 'I have read names, numbers, dates and addresses.'],
      [
        'spec',
        'Size and quantity are right.',
        '85 × 55 mm, both sides, 500 pieces, 350 g matt coated, rounded corners.',
      ],
      ['cut', 'The cut suits me.', 'What lies outside the red line will be cut off.'],
      [
        'colour',
        'Printed colours may differ from my screen.',
        'Ink on paper does not look the same as a screen.',
      ],
    ],
    warning: ['Print it anyway.', 'The picture on page 1 may look slightly blurred (96 dpi).'],
    paragraphs: [
      [
        {
          text: 'I have looked at all 2 pages of version 2 of this proof. I have checked the text, the size, the cut lines and the pictures, and I know that printed colours can differ from my screen.',
        },
      ],
      [
        {
          text: 'I approve this version. Imprimerie des Lilas will print it exactly as shown: 500 × business cards, ready on Friday 27 November if signed before Tuesday 24 November, 17:00.',
        },
      ],
      [
        {
          text: 'Mistakes that can be seen on this proof and that I have not reported will not be corrected free of charge. ',
        },
        {
          text: 'If the print differs from this proof, Imprimerie des Lilas will put it right at its own cost.',
          strong: true,
        },
      ],
      [
        {
          text: 'My card will be charged €48.00 at 14:17. My typed name and my signature below are my electronic signature. I will receive a copy by e-mail.',
        },
      ],
    ],
    charge: '€48.00, charged 15 minutes after you sign',
    amount: '€48.00',
    unreserved: 'The amount is not reserved on your card.',
    request: {
      round: 1,
      note: null,
      points: [
        { number: 1, page: 1, text: 'Please make the name larger', answer: { answer: 'done', text: null } },
        {
          number: 2,
          page: 2,
          text: 'Use the green of the old card',
          answer: { answer: 'not_done', text: 'It prints as on the old card; screens show it differently.' },
        },
      ],
    },
    photo: 'The old card you brought to the counter',
  },
  fr: {
    product: 'Cartes de visite',
    sides: 'recto verso',
    paper: 'couché mat 350 g',
    finishing: 'coins arrondis',
    pieces: '500 exemplaires',
    statements: [
      ['text', 'Le texte est correct.', 'J’ai relu les noms, numéros, dates et adresses.'],
      [
        'spec',
        'Le format et la quantité sont les bons.',
        '85 × 55 mm, recto verso, 500 exemplaires, couché mat 350 g, coins arrondis.',
      ],
      ['cut', 'La coupe me convient.', 'Ce qui dépasse la ligne rouge sera coupé.'],
      [
        'colour',
        'Les couleurs imprimées peuvent différer de l’écran.',
        'L’encre sur papier ne donne pas le même rendu qu’un écran.',
      ],
    ],
    warning: ['Imprimez quand même.', 'L’image de la page 1 peut paraître un peu floue (96 ppp).'],
    paragraphs: [
      [
        {
          text: 'J’ai regardé les 2 pages de la version 2 de cette épreuve. J’ai vérifié le texte, le format, la coupe et les images, et je sais que les couleurs imprimées peuvent différer de celles de mon écran.',
        },
      ],
      [
        { text: 'Je donne mon ' },
        { text: 'bon à tirer', strong: true },
        {
          text: ' pour cette version. Imprimerie des Lilas l’imprimera telle qu’elle est affichée : 500 × cartes de visite, prêt le vendredi 27 novembre si je signe avant le mardi 24 novembre, 17:00.',
        },
      ],
      [
        {
          text: 'Les erreurs visibles sur cette épreuve et que je n’ai pas signalées ne seront pas corrigées gratuitement. ',
        },
        {
          text: 'Si l’impression diffère de cette épreuve, Imprimerie des Lilas la corrigera à ses frais.',
          strong: true,
        },
      ],
      [
        {
          text: 'Ma carte sera débitée de 48,00 € à 14:17. Mon nom saisi et ma signature ci-dessous valent signature électronique. J’en recevrai une copie par courriel.',
        },
      ],
    ],
    charge: '48,00 € débités 15 minutes après la signature',
    amount: '48,00 €',
    unreserved: 'Le montant n’est pas réservé sur votre carte.',
    request: {
      round: 1,
      note: null,
      points: [
        { number: 1, page: 1, text: 'Agrandir le nom', answer: { answer: 'done', text: null } },
        {
          number: 2,
          page: 2,
          text: 'Reprendre le vert de l’ancienne carte',
          answer: {
            answer: 'not_done',
            text: 'Il sort comme sur l’ancienne carte ; les écrans le montrent autrement.',
          },
        },
      ],
    },
    photo: 'L’ancienne carte apportée au comptoir',
  },
};

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/** Everything `proofs/show` asks for, as the approval screen receives it. */
export async function sampleProof(lang: Lang, options: Record<string, string | undefined>) {
  const w = words[lang];
  const pages = await drawSamplePages(lang, Boolean(options.tiles));
  const withError = options.state === 'error';
  const statements: Array<Record<string, unknown> & { key: string; title: string }> = w.statements.map(
    ([key, title, text], index) => ({
      key,
      title,
      text,
      kind: 'base',
      checked: withError && index < 2,
    }),
  );
  if (options.warning)
    statements.push({
      key: 'finding-7',
      title: w.warning[0],
      text: w.warning[1],
      kind: 'warning',
      place: { number: 1, page: 1 },
      checked: false,
    });
  const readonlyStates = ['superseded', 'approved', 'expired', 'on_hold'];
  const base = '/gallery/o/SAMPLE/proof/2';
  const message = {
    en: 'Please type your name, first and last.',
    fr: 'Indiquez votre nom, prénom compris.',
  }[lang];
  return {
    proof: {
      id: 'prf_2',
      version: 2,
      sha256: sha('proof'),
      pages: options.warning
        ? pages.map((page) => ({ ...page, places: page.number === 1 ? [placeIn(page.trim_px)] : [] }))
        : pages,
      issued_at: '2026-11-24T09:12:00.000Z',
      text_available: true,
      superseded_by: options.state === 'superseded' ? 3 : null,
      is_current: options.state !== 'superseded',
      expired: options.state === 'expired',
    },
    order: {
      ref: 'K7F-204',
      product: w.product,
      size: '85 × 55 mm',
      quantity: 500,
      sides: w.sides,
      paper: w.paper,
      finishing: w.finishing,
      total_cents: 4800,
      currency: 'EUR',
      ready_on: '2026-11-27',
      cutoff_at: '2026-11-24T16:00:00.000Z',
      url: '/o/SAMPLE',
      reference_photos: [{ url: `/sample/thumb-page-2-${lang}.png`, alt: w.photo }],
      payment_method: options.kiosk ? 'counter' : 'card',
    },
    statements,
    signoff: { paragraphs: w.paragraphs, version: 'en-v1', language: lang, sha256: sha('signoff') },
    hidden: {
      proof_id: 'prf_2',
      proof_sha256: sha('proof'),
      specification_sha256: sha('specification'),
      total_cents: 4800,
      price_version: 3,
      statement_sha256: sha('signoff'),
      idempotency_key: 'sample',
    },
    gates: [
      ...pages.map((item) => ({
        key: 'G2',
        label: `Page ${item.number}`,
        target: `#page-${item.number}`,
        met: false,
      })),
      ...statements.map(({ key, checked }) => ({
        key: 'G5',
        label: key,
        target: `#tick-${key}`,
        met: checked,
      })),
      { key: 'G6', label: 'name', target: '#typed_name', met: false },
      { key: 'G7', label: 'signature', target: '#signature', met: false },
      { key: 'G8', label: 'code', target: '#code', met: options.code !== '1' },
      { key: 'G9', label: w.unreserved, target: '#payment', met: options.money !== '1' },
    ],
    answers: options.answers ? [w.request] : [],
    money: {
      needs_reservation: options.money === '1',
      words: 'ended',
      reserve_url: '/gallery/reserve',
      amount: w.amount,
    },
    charge: { sentence: w.charge },
    identity: {
      needs_code: options.code === '1',
      code_sent_to: null,
      email: 'm•••@atelier-lefevre.example',
      send_url: `${base}/code`,
    },
    form: {
      action: `${base}/approval`,
      values: withError ? { typed_name: '', on_behalf_of: 'Atelier Lefèvre' } : {},
      errors: withError ? [{ field: 'typed_name', message }] : [],
    },
    links: {
      changes: '/gallery/changes',
      compare: '/gallery/compare',
      pdf: '/gallery/proof.pdf',
      seen: (number: number) => `${base}/pages/${number}/seen`,
    },
    reasons: ['text', 'picture', 'colour', 'cut', 'other'],
    request: w.request,
    approval: {
      typed_name: 'Marie Lefèvre',
      on_behalf_of: 'Atelier Lefèvre',
      signed_at: '2026-11-24T13:02:00.000Z',
      statement_version: 1,
      statement_text: w.paragraphs.map((runs) => runs.map(({ text }) => text).join('')).join('\n'),
      ticks: w.statements.map(([key, title, text]) => ({ key, text: `**${title}** ${text}` })),
      signature_strokes: [
        {
          points: Array.from({ length: 60 }, (_, n) => ({
            x: 40 + n * 4,
            y: Math.round(90 + 34 * Math.sin(n / 3)),
            time: n,
          })),
        },
      ],
    },
    kiosk: Boolean(options.kiosk),
    readonly: readonlyStates.find((state) => state === options.state) ?? null,
  };
}
