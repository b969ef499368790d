// The court pack: everything about one signed order in a zip that a stranger can check with common programs.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { composeEml } from '../mail';
import type * as approval from '../models/approval';
import * as artwork from '../models/artwork';
import * as event from '../models/event';
import * as handover from '../models/handover';
import * as message from '../models/message';
import * as order from '../models/order';
import * as paper from '../models/paper';
import * as payment from '../models/payment';
import * as photo from '../models/photo';
import * as pressFile from '../models/press-file';
import * as proof from '../models/proof';
import * as recordedApproval from '../models/recorded-approval';
import * as setting from '../models/setting';
import * as ticket from '../models/ticket';
import * as timestamp from '../models/timestamp';
import { fileOf, type PackFile, zipOf } from '../packs/zip';
import { declarationText, type Listed, readMePdf, readMeText, summaryPdf } from '../papers/court-papers';
import type { Dossier } from '../papers/dossier';
import { paperWords } from '../papers/words';
import type { Portal } from '../portal';
import { wordsFor } from '../words';
import { dossierOf, signedOr409 } from './dossier';

const SCRIPTS = join(__dirname, '..', '..', '..', 'server', 'packs');
/** Attachments of a letter up to this size travel in its .eml; larger ones are named, and lie in the pack anyway. */
export const MAX_EML_ATTACHMENT_BYTES = 3_000_000;
const NAME_LENGTH = 60;
const PRESS_ENDING = '.pdf';

export interface CourtPack {
  /** The zip; nothing is read before it is. */
  stream: Readable;
  head_sha256: string;
  made_at: string;
}

interface Entry {
  file: PackFile;
  sha256: string;
  is: string;
}

/** The pack of an order that has a live signature; Conflict without one. */
export async function courtPack(portal: Portal, order_id: string): Promise<CourtPack> {
  const placed = order.placed(await order.findOrder(portal.db, order_id));
  const signed = await signedOr409(portal, placed);
  const dossier = await dossierOf(portal, placed, signed);
  const root = `evidence-${placed.ref}`;
  const body = await new CourtPacker(portal, placed, signed, dossier).entries();
  const sums = body.map(({ file, sha256 }) => `${sha256}  ${file.name}\n`).join('');
  const signature = portal.sealer.sign(Buffer.from(sums, 'utf8'));
  const files = [
    ...body.map(({ file }) => file),
    fileOf('SHA256SUMS', sums),
    fileOf('SHA256SUMS.sig', signature),
  ].map((file) => ({ ...file, name: `${root}/${file.name}` }));
  return {
    stream: zipOf(files, dossier.made_at.slice(0, 10)),
    head_sha256: dossier.chain.head,
    made_at: dossier.made_at,
  };
}

class CourtPacker {
  private readonly made: Entry[] = [];

  constructor(
    private readonly portal: Portal,
    private readonly placed: order.PlacedOrder,
    private readonly signed: approval.Approval,
    private readonly dossier: Dossier,
  ) {}

  async entries(): Promise<Entry[]> {
    const { db, sealer } = this.portal;
    const { signed, placed, dossier } = this;
    const lines = (await event.lines(db, placed.id)).slice(0, dossier.chain.events);
    const record = await paper.findOrNull(db, 'record', signed.id);

    this.add('01-summary.pdf', 'summary', await this.sealed(await summaryPdf(dossier)));
    await this.stored('02-approved-proof.pdf', 'proof', signed.proof_sha256);
    if (record) await this.stored('03-approval-certificate.pdf', 'certificate', record.sha256);
    this.add('04-events.jsonl', 'events', lines.map(({ body }) => `${body}\n`).join(''));
    await this.job();
    await this.photos();
    await this.press();
    await this.attachment();
    await this.payment();
    await this.messages();
    const main = await this.artworks();
    this.terms();
    await this.disclosed();
    const shown = await proof.findProof(db, signed.proof_id);
    await this.keys(shown.seal_fingerprint !== null);
    await this.stamps();
    for (const script of ['verify-chain.sh', 'verify.sh']) {
      this.add(script, 'scripts', readFileSync(join(SCRIPTS, script)));
    }
    this.add(
      'VERIFY.txt',
      'verify',
      paperWords('packs', signed.language)('court.verify', { ref: placed.ref }),
    );
    this.add(
      'declaration.txt',
      'declaration',
      declarationText(
        dossier,
        this.made
          .filter(({ is }) => ['proof', 'certificate', 'events', 'artwork'].includes(is))
          .map(({ file, sha256 }) => ({ name: file.name, sha256 })),
      ),
    );
    const sealed = ['01-summary.pdf'];
    if (shown.seal_fingerprint) sealed.push('02-approved-proof.pdf');
    if (record) sealed.push('03-approval-certificate.pdf');
    this.add(
      'pack.json',
      'manifest',
      this.json({
        format: 'court-pack-1',
        order: placed.ref,
        order_id: placed.id,
        approval: signed.id,
        made_at: dossier.made_at,
        made_at_epoch: Math.floor(Date.parse(dossier.made_at) / 1000),
        events: lines.length,
        head_sha256: dossier.chain.head,
        artwork: main,
        sealed: sealed.join(' '),
        seal_sha256: sealer.certificate.fingerprint_sha256,
        root_sha256: sealer.certificate.root_fingerprint_sha256,
      }),
    );
    const listed: Listed[] = this.made.map(({ file, is }) => ({ name: file.name, is }));
    this.add('00-READ-ME-FIRST.txt', 'readme', readMeText(dossier, listed));
    this.add('00-READ-ME-FIRST.pdf', 'readme', await this.sealed(await readMePdf(dossier, listed)));
    return this.made.toSorted((a, b) => (a.file.name < b.file.name ? -1 : 1));
  }

  private add(name: string, is: string, content: string | Uint8Array): void {
    const file = fileOf(name, content);
    this.made.push({ file, is, sha256: createHash('sha256').update(content).digest('hex') });
  }

  private json(value: unknown): string {
    return `${JSON.stringify(value, null, 2)}\n`;
  }

  private async stored(name: string, is: string, sha256: string): Promise<void> {
    const { stream, bytes } = await this.portal.storage.open(sha256);
    stream.destroy();
    const open = async () => (await this.portal.storage.open(sha256)).stream;
    this.made.push({ file: { name, bytes, open }, is, sha256 });
  }

  private async sealed(pdf: Uint8Array): Promise<Uint8Array> {
    const { record } = this.dossier;
    return this.portal.sealer.seal(pdf, {
      reason: wordsFor(record.language)('packs:court.seal', { ref: record.order.ref }),
      name: record.shop.name,
    });
  }

  private async job(): Promise<void> {
    const { db } = this.portal;
    const { dossier } = this;
    this.add(
      '05-job/job.json',
      'job',
      this.json({
        ticket: await ticket.findOrNull(db, this.placed.id),
        specification: dossier.order.specification,
        steps: dossier.job,
        count: dossier.printed.count,
        handed_over_at: dossier.handed_over_at,
        handover: await handover.findOrNull(db, this.placed.id),
      }),
    );
  }

  private async photos(): Promise<void> {
    const { db } = this.portal;
    const kept = [
      ...(await photo.ofOrder(db, this.placed.id, 'quality')),
      ...(await photo.ofOrder(db, this.placed.id, 'delivery')),
    ];
    for (const [index, { kind, page, name, file_sha256 }] of kept.entries()) {
      const number = String(index + 1).padStart(2, '0');
      const where = page === null ? kind : `${kind}-page-${page}`;
      await this.stored(`05-job/${number}-${where}-${plainName(name)}`, 'photo', file_sha256);
    }
  }

  private async press(): Promise<void> {
    const made = await pressFile.ofProof(this.portal.db, this.signed.proof_id);
    this.add('05-job/press-file.json', 'press', this.json(made));
    if (made.sha256 === this.signed.artwork_sha256) return;
    await this.stored(`05-job/press-file${PRESS_ENDING}`, 'press', made.sha256);
  }

  /** What shows an approval that a colleague wrote down. */
  private async attachment(): Promise<void> {
    const recorded = await recordedApproval.findOrNull(this.portal.db, this.signed.id);
    if (!recorded) return;
    const { attachment_sha256, attachment_name } = recorded;
    this.add('approval-recorded-by-staff/recorded.json', 'recorded', this.json(recorded));
    const name = `approval-recorded-by-staff/attachment-${plainName(attachment_name)}`;
    await this.stored(name, 'attachment', attachment_sha256);
  }

  private async payment(): Promise<void> {
    const { db } = this.portal;
    const payments = await payment.ofOrder(db, this.placed.id);
    this.add(
      '06-payment/payments.json',
      'payments',
      this.json(payments.map(({ checkout_url: _, ...known }) => known)),
    );
    for (const known of payments) {
      const receipt = await paper.findOrNull(db, 'receipt', known.id);
      if (receipt)
        await this.stored(`06-payment/receipt-${known.id.slice(0, 8)}.pdf`, 'receipt', receipt.sha256);
    }
  }

  private async messages(): Promise<void> {
    const { portal } = this;
    const { name, email } = await setting.shop(portal.db);
    const from = portal.config.mail_from ?? `${name} <${email}>`;
    const letters = (await message.ofOrder(portal.db, this.placed.id)).filter(
      ({ state }) => state !== 'queued',
    );
    for (const [index, letter] of letters.entries()) {
      const attachments = await Promise.all(
        letter.attachments.map(async ({ filename, sha256, media_type }) => {
          const { stream, bytes } = await portal.storage.open(sha256);
          const isIn = bytes <= MAX_EML_ATTACHMENT_BYTES;
          if (!isIn) stream.destroy();
          return isIn
            ? { filename, content_type: media_type, content: await buffer(stream) }
            : {
                filename: `${filename}.sha256.txt`,
                content_type: 'text/plain',
                content: Buffer.from(`${sha256}  ${filename} (${bytes} bytes)\n`),
              };
        }),
      );
      const eml = await composeEml(
        {
          message_id: letter.message_id,
          to: letter.to_address,
          reply_to: email,
          subject: letter.subject,
          html: letter.html,
          text: letter.text,
          attachments,
        },
        from,
        letter.sent_at ?? letter.created_at,
      );
      this.add(`07-messages/${String(index + 1).padStart(2, '0')}-${letter.template}.eml`, 'message', eml);
    }
    this.add(
      '07-messages/messages.json',
      'messages',
      this.json({
        letters: letters.map(({ message_id, to_address, sent_at, state, reply }) => ({
          message_id,
          to: to_address,
          at: sent_at,
          state,
          reply,
        })),
        changes: this.dossier.rounds,
      }),
    );
  }

  /** Name of the file that the approved proof was made from. */
  private async artworks(): Promise<string> {
    const { db } = this.portal;
    const files = await artwork.ofOrder(db, this.placed.id);
    let main = '';
    for (const [index, file] of files.entries()) {
      const name = `${String(index + 1).padStart(2, '0')}-${plainName(file.name)}`;
      if (file.file_sha256 === this.signed.artwork_sha256) main = name;
      await this.stored(`artwork/${name}`, 'artwork', file.file_sha256);
    }
    return main;
  }

  private terms(): void {
    const { signed, dossier } = this;
    this.add('terms/approval-statement.txt', 'statement', signed.statement_text);
    this.add('terms/ticks.json', 'ticks', this.json(signed.ticks));
    this.add(
      'terms/terms-of-sale.txt',
      'terms',
      `${[dossier.policy.version, ...dossier.policy.texts.flatMap(({ title, text }) => ['', title, text])].join('\n')}\n`,
    );
  }

  /** What was committed to in the history and not erased since. */
  private async disclosed(): Promise<void> {
    const rows: Array<{
      commitment: string;
      salt: string | null;
      value: string | null;
      erased_at: string | null;
    }> = await this.portal
      .db('event_personal_data')
      .where({ order_id: this.placed.id })
      .orderBy('commitment')
      .select('commitment', 'salt', 'value', 'erased_at');
    this.add('disclosed.json', 'disclosed', this.json(rows));
  }

  private async keys(isSealed: boolean): Promise<void> {
    const { certificate } = this.portal.sealer;
    this.add('keys/shop-root.crt', 'keys', certificate.root_pem);
    this.add('keys/shop-seal.crt', 'keys', certificate.pem);
    if (!isSealed) return;
    for (const [index, pem] of certificate.retired_pems.entries()) {
      this.add(`keys/shop-seal-retired-${index + 1}.crt`, 'keys', pem);
    }
  }

  private async stamps(): Promise<void> {
    const { db, time_authority } = this.portal;
    const stamp = await timestamp.findOrNull(db, 'approval', this.signed.id);
    if (!stamp || !time_authority) return;
    this.add(`timestamps/${this.signed.id}.tsr`, 'stamp', Buffer.from(stamp.token, 'base64'));
    this.add('keys/time-roots.pem', 'keys', time_authority.roots_pem);
  }
}

/** Letters and digits that every system and every zip program takes. */
function plainName(name: string): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  const shortened =
    plain.length > NAME_LENGTH ? plain.slice(-NAME_LENGTH).replace(/^[^A-Za-z0-9]+/, '') : plain;
  return shortened || 'file';
}
