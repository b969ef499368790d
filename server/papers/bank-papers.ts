// The bank pack: one plain PDF for each field of a card dispute, written for somebody who prints it and has minutes.
import { BANK_POINTS, BankSheet } from './bank-sheet';
import type { Dossier } from './dossier';
import { asSmallJpeg } from './picture';
import { COLUMN, INK, LINE, MARGIN } from './sheet';
import { drawSignature } from './signature';

/** Names of Stripe's file fields, in the order in which a reader should meet them. */
export const BANK_FIELDS = [
  'uncategorized_file',
  'customer_signature',
  'service_documentation',
  'customer_communication',
  'receipt',
  'refund_policy',
  'shipping_documentation',
] as const;
export type BankField = (typeof BANK_FIELDS)[number];

/** The most pages that the paper of a field may have; 18 together, which every card network takes without a fee. */
export const MAX_BANK_PAGES: Record<BankField, number> = {
  uncategorized_file: 1,
  customer_signature: 3,
  service_documentation: 6,
  customer_communication: 4,
  receipt: 1,
  refund_policy: 2,
  shipping_documentation: 1,
};
export const MAX_BANK_PACK_PAGES = 18;
export const MAX_BANK_PACK_BYTES = 4_000_000;
/** What pictures of pages may weigh together; the rest of the pack is text and typefaces. */
export const MAX_PICTURE_BYTES = 2_200_000;
const PICTURE_PAGES = 4;
/** Photographs of the print that fit on one page, each beside the page of the proof that it shows. */
const PHOTOS_ON_A_PAGE = 3;
const SHORTEST_EXCERPT = 0;
const EXCERPTS = [420, 200, 90, SHORTEST_EXCERPT];

export interface BankPaper {
  field: BankField;
  bytes: Uint8Array;
  pages: number;
}

const DRAW: Record<BankField, (dossier: Dossier) => Promise<{ bytes: Uint8Array; pages: number }>> = {
  uncategorized_file: summary,
  customer_signature: signature,
  service_documentation: service,
  customer_communication: communication,
  receipt,
  refund_policy: policy,
  shipping_documentation: delivery,
};

/** The paper of every field, in the order of BANK_FIELDS. */
export async function bankPapers(dossier: Dossier): Promise<BankPaper[]> {
  const papers: BankPaper[] = [];
  for (const field of BANK_FIELDS) papers.push({ field, ...(await DRAW[field](dossier)) });
  return papers;
}

async function summary(dossier: Dossier) {
  const { record, order } = dossier;
  const paper = await BankSheet.open(dossier, 'bank.summary.title', MAX_BANK_PAGES.uncategorized_file);
  paper.write(
    paper.say(record.is_recorded_by_staff ? 'summary.lead_recorded' : 'summary.lead', {
      name: record.signer.typed_name,
      version: record.proof.version,
      amount: record.payment.amount,
    }),
  );
  paper.heading(paper.say('summary.timeline'));
  const handed = dossier.handed_over_at;
  for (const [key, at] of [
    ['placed', order.placed_at],
    ['proof', record.proof.issued_at],
    ['signed', record.signed_at],
    ['paid', 'state' in record.payment && record.payment.state !== 'charged' ? null : record.payment.at],
    ['handed', handed],
  ] as const) {
    paper.fact(paper.say(`summary.${key}`), paper.utc(at));
  }
  paper.heading(paper.say('summary.proves'));
  for (const key of ['proves_file', 'proves_order', 'proves_person'])
    paper.write(`– ${paper.say(`summary.${key}`)}`);
  paper.heading(paper.say('summary.proves_not'));
  for (const key of ['not_person', 'not_complete', 'not_print'])
    paper.write(`– ${paper.say(`summary.${key}`)}`);
  paper.heading(paper.say('summary.fingerprints'));
  paper.write(
    `${paper.say('summary.proof_fingerprint')}\n${record.hashes.proof ?? paper.words('not_recorded')}`,
  );
  paper.write(`${paper.say('summary.head', { count: dossier.chain.events })}\n${dossier.chain.head}`);
  paper.write(paper.say('summary.check'));
  return paper.bytes();
}

async function signature(dossier: Dossier) {
  const { record } = dossier;
  const paper = await BankSheet.open(dossier, 'bank.signature.title', MAX_BANK_PAGES.customer_signature);
  const { sheet } = paper;
  if (record.is_recorded_by_staff) paper.write(paper.say('signature.recorded'), { face: 'semibold' });
  paper.fact(paper.say('signature.name'), record.signer.typed_name);
  paper.fact(paper.say('signature.capacity'), record.signer.capacity);
  paper.fact(paper.say('signature.at'), paper.moment(record.signed_at));
  paper.fact(
    paper.say('signature.proof'),
    paper.say('signature.version', { version: record.proof.version, count: record.proof.page_count }),
  );
  paper.fact(paper.say('signature.amount'), record.payment.amount);
  const box = { width: 250, height: 84 };
  sheet.keep(box.height + 24);
  if (record.signature?.kind === 'drawn') {
    drawSignature(sheet.page, record.signature, { x: MARGIN, y: sheet.y - box.height, ...box }, INK);
    sheet.y -= box.height + 4;
    sheet.page.drawLine({
      start: { x: MARGIN, y: sheet.y },
      end: { x: MARGIN + box.width, y: sheet.y },
      thickness: 0.8,
      color: INK,
    });
    sheet.gap(3);
    paper.write(paper.say('signature.drawn'));
  } else {
    paper.write(paper.say(record.signature ? 'signature.typed' : 'signature.none'));
  }
  paper.heading(paper.say('signature.statement'));
  paper.write(record.statement.text, { isMarked: true });
  paper.heading(paper.say('signature.recognised'));
  for (const sentence of record.recognised_by ?? [paper.words('not_recorded')]) paper.write(sentence);
  paper.fact(paper.say('signature.ip'), record.device.ip);
  paper.fact(paper.say('signature.browser'), record.device.user_agent);
  paper.heading(paper.say('signature.displayed'));
  paper.write(displayedText(paper, dossier));
  const ticked = [...(record.ticks ?? []), ...(record.warnings ?? [])];
  paper.heading(paper.say('signature.ticks', { count: ticked.length }));
  paper.list(
    ticked.map(({ text, at }) => `☑ ${text.replaceAll('**', '')} (${paper.utc(at)})`.replace('☑', '[x]')),
    (count) => paper.say('signature.more', { count }),
  );
  return paper.bytes();
}

function displayedText(paper: BankSheet, { record }: Dossier): string {
  if (record.pages === null) return paper.words('not_recorded');
  const known = record.pages
    .map(({ displayed_ms }) => displayed_ms)
    .filter((ms): ms is number => ms !== null);
  const first = record.pages.map(({ first_displayed_at }) => first_displayed_at).filter((at) => at !== null);
  const values = { count: record.pages.length, displayed: first.length };
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  return known.length === 0
    ? paper.say('signature.displayed_text', values)
    : paper.say('signature.displayed_times', {
        ...values,
        timed: known.length,
        least: seconds(Math.min(...known)).toLocaleString(record.language),
        all: seconds(known.reduce((sum, ms) => sum + ms, 0)).toLocaleString(record.language),
      });
}

/** Rows and columns of pictures on one page, from large to small. */
const GRIDS = [
  { columns: 1, rows: 2 },
  { columns: 2, rows: 2 },
  { columns: 2, rows: 3 },
  { columns: 3, rows: 4 },
  { columns: 4, rows: 5 },
];

async function service(dossier: Dossier) {
  const { record, order, pages } = dossier;
  const paper = await BankSheet.open(dossier, 'bank.service.title', MAX_BANK_PAGES.service_documentation);
  const { sheet } = paper;
  paper.write(paper.say('service.lead', { version: record.proof.version, shop: record.shop.name }));
  paper.heading(paper.say('service.ordered'));
  for (const { label, value } of order.specification) paper.fact(label, value);
  paper.fact(paper.say('service.artwork'), (record.hashes.artworks ?? []).map(({ name }) => name).join(', '));
  paper.heading(paper.say('service.job'));
  if (dossier.job.length === 0) paper.write(paper.say('service.no_job'));
  paper.list(
    dossier.job.map(({ at, text, who }) => `${paper.utc(at)} · ${text} (${who})`),
    (count) => paper.say('delivery.more', { count }),
  );

  const grid =
    GRIDS.find(({ columns, rows }) => pages.length <= columns * rows * PICTURE_PAGES) ?? GRIDS.at(-1)!;
  const onOne = grid.columns * grid.rows;
  const shown = pages.slice(0, onOne * PICTURE_PAGES);
  const cell = {
    width: (COLUMN - 12 * (grid.columns - 1)) / grid.columns,
    height: (660 - 26 * grid.rows) / grid.rows,
  };
  const pictures = await smallPictures(shown, Math.max(cell.width, cell.height));
  for (let start = 0; start < shown.length; start += onOne) {
    sheet.turn();
    paper.write(paper.say('service.pages', { version: record.proof.version }), { face: 'semibold' });
    sheet.gap(4);
    for (let row = 0; row < grid.rows; row += 1) {
      const top = sheet.y;
      for (let column = 0; column < grid.columns; column += 1) {
        const index = start + row * grid.columns + column;
        if (index >= Math.min(shown.length, start + onOne)) break;
        await drawPage(paper, shown[index].number, pictures[index], {
          x: MARGIN + column * (cell.width + 12),
          top,
          ...cell,
        });
      }
      sheet.y = top - cell.height - 26;
    }
  }
  await photoPage(paper, dossier);
  const left = pages.length - shown.length;
  if (left > 0) paper.write(paper.say('service.more_pages', { count: left }));
  return paper.bytes();
}

async function photoPage(paper: BankSheet, { printed, pages }: Dossier): Promise<void> {
  const { sheet } = paper;
  const photos = printed.photos.filter(({ picture }) => picture !== null).slice(0, PHOTOS_ON_A_PAGE);
  if (photos.length === 0) return;
  const cell = { width: COLUMN / 2 - 6, height: 208 };
  sheet.turn();
  paper.write(paper.say('service.photos'), { face: 'semibold' });
  for (const photo of photos) {
    const page = pages.find(({ number }) => number === photo.page);
    const [proofed, printedPicture] = await smallPictures(
      [page ?? { number: 0, picture: null }, { number: 0, picture: photo.picture }],
      cell.width,
    );
    const { y: top } = sheet;
    const left = paper.say('service.page', { number: photo.page ?? '–' });
    await drawCaptioned(paper, left, proofed, { x: MARGIN, top, ...cell });
    const right = paper.say('service.photo', { at: paper.utc(photo.at) });
    await drawCaptioned(paper, right, printedPicture, { x: MARGIN + COLUMN / 2 + 6, top, ...cell });
    sheet.y = top - cell.height - 10;
  }
  const left = printed.photos.length - photos.length;
  if (left > 0 && paper.hasRoom(20)) paper.write(paper.say('service.more_photos', { count: left }));
}

function drawPage(
  paper: BankSheet,
  number: number,
  picture: Uint8Array | null,
  box: { x: number; top: number; width: number; height: number },
): Promise<void> {
  return drawCaptioned(paper, paper.say('service.page', { number }), picture, box);
}

async function drawCaptioned(
  paper: BankSheet,
  caption: string,
  picture: Uint8Array | null,
  box: { x: number; top: number; width: number; height: number },
): Promise<void> {
  const { sheet } = paper;
  sheet.writeAt(box.top, caption, {
    size: BANK_POINTS,
    x: box.x,
    width: box.width,
  });
  const top = box.top - 18;
  const image = picture && (await sheet.pdf.embedJpg(picture).catch(() => null));
  if (!image) {
    sheet.writeAt(top, paper.words('not_recorded'), { size: BANK_POINTS, x: box.x, width: box.width });
    return;
  }
  const size = image.scaleToFit(box.width, box.height - 18);
  const place = { x: box.x, y: top - size.height, ...size };
  sheet.page.drawImage(image, place);
  sheet.page.drawRectangle({ ...place, borderColor: LINE, borderWidth: 0.6 });
}

const PICTURE_DPI = [170, 150, 120, 96, 72];
const PICTURE_QUALITY = 72;

/** Small enough together, as sharp as that allows. */
async function smallPictures(pages: Dossier['pages'], points: number): Promise<Array<Uint8Array | null>> {
  let made: Array<Uint8Array | null> = [];
  for (const dpi of PICTURE_DPI) {
    made = await Promise.all(
      pages.map(({ picture }) =>
        picture
          ? asSmallJpeg(picture, Math.round((points / 72) * dpi), PICTURE_QUALITY).catch(() => null)
          : null,
      ),
    );
    if (made.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0) <= MAX_PICTURE_BYTES) break;
  }
  return made;
}

async function communication(dossier: Dossier) {
  let made = await communicationWith(dossier, EXCERPTS[0]);
  for (const length of EXCERPTS.slice(1)) {
    if (made.isComplete) break;
    made = await communicationWith(dossier, length);
  }
  return made.paper.bytes();
}

async function communicationWith(dossier: Dossier, excerpt: number) {
  const paper = await BankSheet.open(dossier, 'bank.messages.title', MAX_BANK_PAGES.customer_communication);
  paper.write(paper.say('messages.lead'));
  paper.rule();
  paper.sheet.gap(6);
  const items = [
    ...dossier.letters.map(({ at, to, subject, text, how }) => ({
      at,
      text: [
        paper.say('messages.letter', { at: paper.utc(at), to, how }),
        subject,
        excerpt > 0 ? shortened(text, excerpt) : '',
      ]
        .filter(Boolean)
        .join('\n'),
    })),
    ...dossier.rounds.map((round) => ({
      at: round.at,
      text: [
        paper.say('messages.round', {
          at: paper.utc(round.at),
          number: round.number,
          version: round.version ?? '–',
        }),
        ...round.points.map(
          ({ number, page, text, answer }) =>
            `${paper.say('messages.point', { number, page })} ${shortened(text, excerpt || 60)} → ${answer ?? paper.say('messages.open')}`,
        ),
        round.note ? shortened(round.note, excerpt || 60) : '',
      ]
        .filter(Boolean)
        .join('\n'),
    })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  let isComplete = true;
  if (items.length === 0) paper.write(paper.say('messages.none'));
  paper.list(
    items.map(({ text }) => text),
    (count) => {
      isComplete = false;
      return paper.say('messages.more', { count });
    },
  );
  return { paper, isComplete };
}

function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length).join('').trimEnd()} […]`;
}

async function receipt(dossier: Dossier) {
  const { record, receipt: paid } = dossier;
  const paper = await BankSheet.open(dossier, 'bank.receipt.title', MAX_BANK_PAGES.receipt);
  paper.fact(paper.say('receipt.customer'), dossier.order.customer);
  paper.fact(paper.say('receipt.what'), record.order.description);
  paper.heading(paper.say('receipt.lines'));
  const reserved = 290;
  for (const [index, { label, amount }] of paid.lines.entries()) {
    if (!paper.hasRoom(reserved)) {
      paper.write(paper.say('receipt.more', { count: paid.lines.length - index }));
      break;
    }
    paper.fact(amount, label);
  }
  paper.heading(paper.say('receipt.total'));
  for (const { rate, tax } of paid.taxes.slice(0, 4)) paper.fact(paper.say('receipt.tax', { rate }), tax);
  paper.fact(paper.say('receipt.all'), paid.total);
  paper.fact(paper.say('receipt.paid'), paid.paid);
  paper.fact(paper.say('receipt.processor'), paid.processor_ref);
  if (paid.refunded) paper.fact(paper.say('receipt.refunded'), paid.refunded);
  paper.fact(
    paper.say('receipt.approved'),
    paper.say('signature.version', {
      version: record.proof.version,
      count: record.proof.page_count,
    }),
  );
  paper.write(record.hashes.proof ?? paper.words('not_recorded'));
  for (const line of record.shop.lines.slice(0, 6)) paper.write(line);
  return paper.bytes();
}

async function policy(dossier: Dossier) {
  const { record } = dossier;
  const paper = await BankSheet.open(dossier, 'bank.policy.title', MAX_BANK_PAGES.refund_policy);
  paper.heading(paper.say('policy.signed'));
  paper.write(
    paper.say('policy.signed_lead', {
      at: paper.utc(record.signed_at),
      version: record.statement.version ?? '–',
    }),
  );
  paper.sheet.gap(4);
  paper.write(record.statement.text, { isMarked: true });
  paper.heading(paper.say('policy.terms', { version: dossier.policy.version }));
  paper.write(paper.say('policy.terms_lead'));
  for (const { title, text } of dossier.policy.texts) {
    paper.sheet.gap(4);
    paper.write(title, { face: 'semibold' });
    paper.write(text);
  }
  return paper.bytes();
}

async function delivery(dossier: Dossier) {
  const { handover, count } = dossier.printed;
  const paper = await BankSheet.open(dossier, 'bank.delivery.title', MAX_BANK_PAGES.shipping_documentation);
  paper.fact(paper.say('delivery.at'), paper.utc(dossier.handed_over_at));
  paper.fact(paper.say('delivery.where'), whereOf(paper, dossier));
  if (handover) {
    paper.fact(paper.say(`delivery.recipient_${handover.how}`), handover.recipient);
    if (handover.carrier) paper.fact(paper.say('delivery.carrier'), handover.carrier);
    if (handover.tracking_number) paper.fact(paper.say('delivery.tracking'), handover.tracking_number);
    if (handover.sent_on) paper.fact(paper.say('delivery.sent_on'), handover.sent_on);
  }
  if (count) {
    paper.fact(
      paper.say('delivery.count'),
      paper.say('delivery.counted', { ordered: count.ordered, counted: count.counted }),
    );
    if (count.note) paper.fact(paper.say('delivery.note'), count.note);
  }
  if (handover?.signature?.kind === 'drawn') {
    const { sheet } = paper;
    const box = { width: 250, height: 84 };
    sheet.gap(8);
    drawSignature(sheet.page, handover.signature, { x: MARGIN, y: sheet.y - box.height, ...box }, INK);
    sheet.y -= box.height + 6;
    paper.write(paper.say('delivery.signed'));
  } else if (handover?.signature) {
    paper.write(paper.say('delivery.typed'));
  }
  if (!dossier.handed_over_at) paper.write(paper.say('delivery.none'));
  paper.heading(paper.say('delivery.steps'));
  if (dossier.job.length === 0) paper.write(paper.say('service.no_job'));
  paper.list(
    dossier.job.map(({ at, text, who }) => `${paper.utc(at)} · ${text} (${who})`),
    (more) => paper.say('delivery.more', { count: more }),
  );
  return paper.bytes();
}

function whereOf(paper: BankSheet, { order, printed }: Dossier): string | null {
  if (printed.handover?.how === 'collected') return paper.say('delivery.counter');
  return order.delivery ? order.delivery.split('\n').slice(0, 6).join(', ') : paper.say('delivery.counter');
}
