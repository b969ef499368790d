// The papers that a court pack opens with: what it is, and what happened.
import { BankSheet } from './bank-sheet';
import type { Dossier } from './dossier';
import { sixAnswers } from './six-answers';
import { paperWords } from './words';

const ANY_PAGES = 60;

/** One file of the pack and what it is, in words; in the order of the pack. */
export interface Listed {
  name: string;
  /** Key of its sentence under `court.files`. */
  is: string;
}

const PROVES = ['proves_files', 'proves_order', 'proves_person'] as const;
const PROVES_NOT = ['not_person', 'not_complete', 'not_print'] as const;

/** "Read me first": what happened, what each file is, what the pack shows and what it does not. */
export async function readMePdf(dossier: Dossier, files: Listed[]): Promise<Uint8Array> {
  const paper = await BankSheet.open(dossier, 'court.readme.title', ANY_PAGES);
  const { words } = paper;
  paper.write(leadOf(dossier));
  paper.heading(words('court.readme.proves'));
  for (const key of [...PROVES, timeKey(dossier)]) paper.write(`– ${words(`court.readme.${key}`)}`);
  paper.heading(words('court.readme.proves_not'));
  for (const key of PROVES_NOT) paper.write(`– ${words(`court.readme.${key}`)}`);
  paper.heading(words('court.readme.check'));
  paper.write(words('court.readme.check_text'));
  paper.heading(words('court.readme.files'));
  for (const { name, is } of files)
    paper.write(`**${name}** – ${words(`court.files.${is}`)}`, { isMarked: true });
  paper.heading(words('court.readme.who'));
  paper.write([dossier.record.shop.name, ...dossier.record.shop.lines].join('\n'));
  paper.write(words('court.readme.confidential'));
  return (await paper.bytes()).bytes;
}

/** The same words for whoever opens no PDF. */
export function readMeText(dossier: Dossier, files: Listed[]): string {
  const words = paperWords('packs', dossier.record.language);
  const list = (keys: readonly string[]) => keys.map((key) => `- ${words(`court.readme.${key}`)}`);
  return `${[
    `${words('court.readme.title')} – ${dossier.record.order.ref}`,
    '',
    leadOf(dossier),
    '',
    words('court.readme.proves'),
    ...list([...PROVES, timeKey(dossier)]),
    '',
    words('court.readme.proves_not'),
    ...list(PROVES_NOT),
    '',
    words('court.readme.check'),
    words('court.readme.check_text'),
    '',
    words('court.readme.files'),
    ...files.map(({ name, is }) => `- ${name}: ${words(`court.files.${is}`)}`),
    '',
    words('court.readme.who'),
    dossier.record.shop.name,
    ...dossier.record.shop.lines,
    '',
    words('court.readme.confidential'),
  ].join('\n')}\n`;
}

/** The six answers and the whole history. */
export async function summaryPdf(dossier: Dossier): Promise<Uint8Array> {
  const paper = await BankSheet.open(dossier, 'court.summary.title', ANY_PAGES);
  const { words } = paper;
  paper.write(leadOf(dossier));
  paper.heading(words('six.title'));
  for (const { question, answer } of sixAnswers(dossier.record, dossier.copy)) {
    paper.write(question, { face: 'semibold' });
    paper.write(answer);
    paper.sheet.gap(4);
  }
  paper.heading(words('court.summary.history'));
  for (const { at, who, text, note } of dossier.history) {
    paper.write(`${paper.utc(at)} · ${who} · ${text}${note ? ` – ${note}` : ''}`);
  }
  return (await paper.bytes()).bytes;
}

/** A statement for the person who keeps the shop's records, to be read, corrected and signed by hand. */
export function declarationText(dossier: Dossier, files: Array<{ name: string; sha256: string }>): string {
  const words = paperWords('packs', dossier.record.language);
  return `${words('court.declaration', {
    shop: dossier.record.shop.name,
    ref: dossier.record.order.ref,
    made: dossier.made_at,
    head: dossier.chain.head,
    count: dossier.chain.events,
    files: files.map(({ name, sha256 }) => `   ${sha256}  ${name}`).join('\n'),
  })}\n`;
}

function leadOf({ record, made_at, chain }: Dossier): string {
  return paperWords('packs', record.language)(
    record.is_recorded_by_staff ? 'court.readme.lead_recorded' : 'court.readme.lead',
    {
      name: record.signer.typed_name,
      version: record.proof.version,
      ref: record.order.ref,
      amount: record.payment.amount,
      signed: record.signed_at,
      made: made_at,
      count: chain.events,
    },
  );
}

const timeKey = ({ record }: Dossier) =>
  record.time_stamp.state === 'stamped' ? 'proves_time' : 'proves_no_time';
