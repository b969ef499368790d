// The approval record as a paper: what a named person signed, what was shown, how the person was recognised.
// It states what was recorded and nothing else; what is unknown is printed as not recorded.
import type { PDFImage } from 'pdf-lib';
import { type Moment, momentOf } from './moment';
import { COLUMN, INK, LINE, MARGIN, PAPER_TINT, PETROL, Sheet, SOFT } from './sheet';
import { type Drawing, drawSignature } from './signature';
import { sixAnswers } from './six-answers';
import { type Language, paperWords, type Words } from './words';

export const MAX_RECORD_PAGES = 3;
export const MAX_PAGE_PICTURES = 8;
/** Code points of a name that are spelled out when the typeface cannot draw all of it. */
export const MAX_CODE_POINTS = 40;

/** All times are ISO-8601 UTC. Texts are in `language`. Null means not recorded. */
export interface ApprovalRecord {
  language: Language;
  /** IANA name of the shop's zone: `Europe/Paris`. */
  time_zone: string;
  is_demo: boolean;
  shop: { name: string; lines: string[] };
  order: { ref: string; description: string; promised: string | null };
  proof: { version: number; page_count: number; issued_at: string | null };
  /** `text` as it was shown, `**` around the strong passages. */
  statement: { version: string | null; text: string };
  ticks: Tick[] | null;
  /** Empty when there was nothing to accept. */
  warnings: Tick[] | null;
  signer: { typed_name: string; capacity: string | null };
  signature: ({ kind: 'drawn' } & Drawing) | { kind: 'typed' } | null;
  signed_at: string;
  pages: DisplayedPage[] | null;
  comparison_opened: boolean | null;
  text_opened: boolean | null;
  /** Whole sentences: the private link and the code sent to a masked address, or the person at the counter. */
  recognised_by: string[] | null;
  device: {
    channel: string | null;
    tablet: string | null;
    ip: string | null;
    user_agent: string | null;
    viewport: string | null;
    language: string | null;
    time_zone_offset: string | null;
  };
  /** Lowercase hexadecimal, 64 characters. */
  hashes: {
    artworks: Array<{ name: string; sha256: string }> | null;
    proof: string | null;
    press: string | null;
    specification: string | null;
    statement: string | null;
  };
  payment: { amount: string } & (
    | { kind: 'card'; last4: string | null; state: 'charged' | 'to_be_charged'; at: string | null }
    | { kind: 'counter'; at: string | null }
  );
  /** `until` null when no window in which to stop was offered. */
  stop: { until: string | null; was_used: boolean | null } | null;
  chain: { event_number: number; sha256: string; previous_sha256: string | null } | null;
  /** `pending`: asked for and not there yet. `none`: this shop asks nobody. */
  time_stamp: { state: 'stamped'; at: string; authority: string } | { state: 'pending' | 'none' };
  is_at_counter: boolean;
  /** True when the customer signed nothing: a colleague wrote down an approval that was given elsewhere. */
  is_recorded_by_staff: boolean;
  /** The words on the button that was pressed. */
  button_label: string | null;
  /** The letter that brought the proof, and where the signer's copy goes. */
  sending: {
    to: string | null;
    at: string | null;
    message_id: string | null;
    state: 'sent' | 'kept' | 'refused' | null;
    copy_to: string | null;
  } | null;
  /** SHA-256 of the root certificate behind the seal on this paper. */
  seal_root_sha256: string | null;
  verification: { url: string; code: string } | null;
}

export interface Tick {
  text: string;
  at: string | null;
}

export interface DisplayedPage {
  number: number;
  /** JPEG or PNG of the approved page. */
  picture: Uint8Array | null;
  first_displayed_at: string | null;
  displayed_ms: number | null;
  /** As shown: `200 %`. */
  highest_zoom: string | null;
}

/** How much a long record is drawn together: less air first, then fewer pictures, then shortened warnings. */
const FITTINGS = [
  ...[1, 0.9, 0.8, 0.72].map((density) => ({ density, condensed: 0 })),
  { density: 0.72, condensed: 1 },
  { density: 0.72, condensed: 2 },
] as const;
const CONDENSED_PICTURES = 4;
const SHORT_WARNING = 60;

/** A4, at most three pages for any usual order. No word of the statement is ever left out; a record whose statement alone is longer keeps all of it. */
export async function recordPdf(record: ApprovalRecord): Promise<Uint8Array> {
  const words = paperWords('papers', record.language);
  const about = {
    title: `${words('record.title')} – ${record.order.ref}`,
    subject: words('record.subject', { version: record.proof.version, ref: record.order.ref }),
    author: record.shop.name,
    language: record.language,
    dated: record.signed_at,
  };
  for (const [index, { density, condensed }] of FITTINGS.entries()) {
    const sheet = await Sheet.open(about, density);
    await new RecordDrawing(record, words, sheet, condensed).draw();
    if (sheet.pdf.getPageCount() <= MAX_RECORD_PAGES || index === FITTINGS.length - 1) return sheet.bytes();
  }
  throw new Error('unreachable');
}

class RecordDrawing {
  constructor(
    private readonly record: ApprovalRecord,
    private readonly words: Words,
    readonly sheet: Sheet,
    private readonly condensed: number,
  ) {}

  private more(key: string): string {
    return paperWords('packs', this.record.language)(key);
  }

  async draw(): Promise<void> {
    this.head();
    this.statement();
    this.signature();
    this.ticks();
    this.warnings();
    await this.pages();
    this.recognised();
    this.device();
    this.hashes();
    this.payment();
    this.chain();
    this.answers();
    this.verification();
    this.foot();
  }

  private say(key: string, values?: Record<string, string | number>): string {
    return this.words(`record.${key}`, values);
  }

  private head(): void {
    const { sheet, record } = this;
    sheet.writeAt(sheet.y, record.shop.name, { size: 11, face: 'semibold', color: PETROL });
    sheet.y -= sheet.writeAt(sheet.y, this.say('order', { ref: record.order.ref }), {
      size: 11,
      face: 'semibold',
      align: 'right',
    });
    sheet.write(record.shop.lines.join(' · '), { size: 8.6, color: SOFT });
    sheet.gap(9);
    sheet.rule(PETROL, 1.4);
    sheet.gap(2.4);
    sheet.rule(PETROL, 0.4);
    sheet.gap(18);
    sheet.write(this.say('title'), { size: 29, face: 'semibold', leading: 1.15 });
    sheet.gap(5);
    sheet.write(
      this.say('lead', {
        name: record.signer.typed_name,
        version: record.proof.version,
        ref: record.order.ref,
      }),
      { size: 12 },
    );
    sheet.gap(10);
    sheet.fact(this.say('signed_at'), this.moment(record.signed_at));
    sheet.fact(this.say('what'), record.order.description);
    sheet.fact(this.say('promised'), this.known(record.order.promised));
    sheet.fact(
      this.say('proof'),
      this.say('proof_value', {
        version: record.proof.version,
        count: record.proof.page_count,
        issued: this.moment(record.proof.issued_at),
      }),
    );
  }

  private statement(): void {
    const { sheet, record } = this;
    sheet.heading(this.say('statement'));
    const style = { x: MARGIN + 16, width: COLUMN - 32, size: 10.6, leading: 1.42, isMarked: true };
    const paragraphs = record.statement.text.split('\n');
    const between = 3.5;
    const height =
      paragraphs.reduce((sum, paragraph) => sum + sheet.heightOf(paragraph, style), 0) +
      sheet.scaled(20 + between * (paragraphs.length - 1));
    // A statement longer than a page is set without its box: no word of it may be lost.
    const fits = height < 600;
    if (fits) {
      sheet.keep(height);
      const box = { x: MARGIN, y: sheet.y - height, height };
      sheet.page.drawRectangle({ ...box, width: COLUMN, color: PAPER_TINT });
      sheet.page.drawRectangle({ ...box, width: 2.4, color: PETROL });
      sheet.gap(10);
    }
    paragraphs.forEach((paragraph, i) => {
      if (i > 0) sheet.gap(between);
      sheet.write(paragraph, style);
    });
    if (fits) sheet.gap(10);
    sheet.gap(4);
    sheet.write(this.say('statement_version', { version: this.known(record.statement.version) }), {
      size: 8.2,
      color: SOFT,
    });
  }

  private ticks(): void {
    this.sheet.heading(this.say('ticks'));
    this.tickList(this.record.ticks);
  }

  private warnings(): void {
    this.sheet.heading(this.say('warnings'));
    const { warnings } = this.record;
    if (warnings?.length === 0) this.sheet.write(this.say('no_warnings'), { color: SOFT });
    else if (this.condensed > 0 && warnings) this.warningsTogether(warnings);
    else this.tickList(warnings);
  }

  private warningsTogether(warnings: Tick[]): void {
    const isShort = this.condensed > 1;
    const texts = warnings.map(({ text, at }, index) => {
      const plain = [...text.replaceAll('**', '')];
      const shown =
        isShort && plain.length > SHORT_WARNING
          ? `${plain.slice(0, SHORT_WARNING).join('').trimEnd()} […]`
          : plain.join('');
      return `${index + 1}. ${shown} (${this.momentOrNull(at)?.local_time ?? this.words('not_recorded')})`;
    });
    this.sheet.write(texts.join(' · '), { size: 9, leading: 1.3 });
    if (isShort)
      this.sheet.write(this.more('certificate.shortened'), { size: 8.6, face: 'italic', color: SOFT });
  }

  private tickList(ticks: Tick[] | null): void {
    const { sheet } = this;
    if (ticks === null) {
      sheet.write(this.words('not_recorded'), { color: SOFT });
      return;
    }
    for (const tick of ticks) {
      const style = { x: MARGIN + 18, width: COLUMN - 18 - 150, size: 9.6, leading: 1.32, isMarked: true };
      const at = this.momentOrNull(tick.at);
      const time = at ? `${at.local_time}\n${at.utc}` : this.words('not_recorded');
      const timeStyle = { size: 8, color: SOFT, align: 'right', leading: 1.3 } as const;
      const height = Math.max(sheet.heightOf(tick.text, style), sheet.heightOf(time, timeStyle));
      sheet.keep(height);
      this.tickBox(MARGIN, sheet.y - sheet.scaled(2.4), sheet.scaled(8.4));
      sheet.writeAt(sheet.y, tick.text, style);
      sheet.writeAt(sheet.y, time, timeStyle);
      sheet.y -= height;
      sheet.gap(5.5);
    }
  }

  private tickBox(x: number, top: number, side: number): void {
    const { page } = this.sheet;
    page.drawRectangle({
      x,
      y: top - side,
      width: side,
      height: side,
      borderColor: PETROL,
      borderWidth: 0.7,
    });
    const at = (dx: number, dy: number) => ({ x: x + side * dx, y: top - side * dy });
    page.drawLine({ start: at(0.2, 0.52), end: at(0.43, 0.76), thickness: 1.1, color: PETROL });
    page.drawLine({ start: at(0.43, 0.76), end: at(0.82, 0.22), thickness: 1.1, color: PETROL });
  }

  private signature(): void {
    const { sheet, record } = this;
    const height = sheet.scaled(112);
    sheet.keep(height + sheet.scaled(42));
    sheet.heading(this.say('signature'));
    const top = sheet.y;
    const left = { x: MARGIN, width: 232 };
    const right = { x: MARGIN + 256, width: COLUMN - 256 };

    const caption = this.signatureCaption({
      x: left.x + 12,
      y: top - sheet.scaled(80),
      width: left.width - 24,
      height: sheet.scaled(74),
    });
    sheet.page.drawLine({
      start: { x: left.x, y: top - sheet.scaled(86) },
      end: { x: left.x + left.width, y: top - sheet.scaled(86) },
      thickness: 0.7,
      color: INK,
    });
    let leftEnd = top - sheet.scaled(89);
    leftEnd -= sheet.writeAt(leftEnd, caption, { ...left, size: 8.2, color: SOFT });

    let end = top - sheet.scaled(8);
    const note = (text: string) => {
      end -= sheet.writeAt(end, text, { ...right, size: 9.4, color: SOFT });
    };
    end -= sheet.writeAt(end, record.signer.typed_name, {
      ...right,
      size: 15,
      face: 'semibold',
      leading: 1.25,
    });
    const codes = this.codePoints();
    if (codes) note(this.say('code_points', { codes }));
    note(this.labelled('capacity', this.known(record.signer.capacity)));
    end -= sheet.scaled(4);
    const at = this.momentOrNull(record.signed_at);
    note(at ? `${at.local}\n${at.utc}` : this.words('not_recorded'));
    sheet.y = Math.min(leftEnd, end);
  }

  private signatureCaption(box: { x: number; y: number; width: number; height: number }): string {
    const { signature, signer } = this.record;
    if (signature === null) return this.words('not_recorded');
    if (signature.kind === 'typed') {
      const top = box.y + box.height * 0.62;
      this.sheet.writeAt(top, signer.typed_name, { ...box, size: 20, face: 'italic' });
      return this.say('typed');
    }
    return drawSignature(this.sheet.page, signature, box, INK) ? this.say('drawn') : this.say('not_drawable');
  }

  /** Null when the typeface can draw the whole name. */
  private codePoints(): string | null {
    const name = this.record.signer.typed_name;
    if (this.sheet.canDraw(name)) return null;
    const codes = [...name].map(
      (character) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
    );
    return codes.length > MAX_CODE_POINTS
      ? `${codes.slice(0, MAX_CODE_POINTS).join(' ')} …`
      : codes.join(' ');
  }

  private async pages(): Promise<void> {
    const { sheet, record } = this;
    const pages = record.pages ?? [];
    const most = this.condensed > 0 ? CONDENSED_PICTURES : MAX_PAGE_PICTURES;
    const shown = pages.slice(0, most);
    const pictures = await Promise.all(shown.map((page) => this.picture(page.picture)));
    const columns = shown.length > 2 ? 4 : 2;
    const gutter = 14;
    const width = (COLUMN - gutter * (columns - 1)) / columns;
    const height = sheet.scaled(columns === 2 ? 130 : 112);
    const caption = sheet.scaled(54);

    sheet.keep(height + caption + sheet.scaled(42));
    sheet.heading(this.say('pages'));
    if (record.pages === null) sheet.write(this.words('not_recorded'), { color: SOFT });
    for (let i = 0; i < shown.length; i += columns) {
      sheet.keep(height + caption);
      const row = shown.slice(i, i + columns);
      row.forEach((page, j) => {
        this.pagePicture(page, pictures[i + j], { x: MARGIN + j * (width + gutter), width, height });
      });
      sheet.y -= height + caption;
    }
    const hidden = pages.length - shown.length;
    if (hidden > 0) {
      sheet.write(this.say('more_pages', { count: hidden }), { size: 9 });
      sheet.write(
        pages
          .slice(most)
          .map((page) => `${this.say('page', { number: page.number })} ${this.displayed(page)}`)
          .join(' · '),
        { size: 8, color: SOFT },
      );
      sheet.gap(4);
    }
    sheet.fact(this.say('comparison_opened'), this.yesOrNo(record.comparison_opened));
    sheet.fact(this.say('text_opened'), this.yesOrNo(record.text_opened));
    sheet.write(this.say('display_only'), { size: 8.6, face: 'italic', color: SOFT });
  }

  private async picture(bytes: Uint8Array | null): Promise<PDFImage | null> {
    if (bytes === null) return null;
    const { pdf } = this.sheet;
    const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
    // A picture that cannot be read must not keep the record from its signer: the hash names the page.
    return (isPng ? pdf.embedPng(bytes) : pdf.embedJpg(bytes)).catch(() => null);
  }

  private pagePicture(
    page: DisplayedPage,
    picture: PDFImage | null,
    box: { x: number; width: number; height: number },
  ): void {
    const { sheet } = this;
    const top = sheet.y;
    const size = picture?.scaleToFit(box.width, box.height) ?? {
      width: Math.min(box.width, box.height * 0.7),
      height: box.height,
    };
    const place = { x: box.x, y: top - size.height, ...size };
    if (picture) sheet.page.drawImage(picture, place);
    sheet.page.drawRectangle({ ...place, borderColor: LINE, borderWidth: 0.6 });
    if (!picture) {
      sheet.writeAt(top - size.height / 2 + sheet.scaled(10), this.say('no_picture'), {
        x: place.x + 4,
        width: place.width - 8,
        size: 8,
        color: SOFT,
        align: 'center',
      });
    }
    const column = { x: box.x, width: box.width, leading: 1.3 };
    let end = top - size.height - sheet.scaled(4);
    end -= sheet.writeAt(end, this.say('page', { number: page.number }), {
      ...column,
      size: 9,
      face: 'semibold',
    });
    const first = this.momentOrNull(page.first_displayed_at);
    const details = [
      this.displayed(page),
      ...(first ? [this.say('first', { time: first.local_time })] : []),
      ...(page.highest_zoom ? [this.say('zoom', { zoom: page.highest_zoom })] : []),
    ];
    sheet.writeAt(end, details.join('\n'), { ...column, size: 8.2, color: SOFT });
  }

  private displayed({ displayed_ms }: DisplayedPage): string {
    if (displayed_ms === null) return this.say('displayed_unknown');
    const seconds = (displayed_ms / 1000).toLocaleString(this.record.language, { maximumFractionDigits: 1 });
    return this.say('displayed', { seconds });
  }

  private recognised(): void {
    const { sheet, record } = this;
    sheet.heading(this.say('recognised'));
    const sentences = record.recognised_by ?? [this.words('not_recorded')];
    for (const sentence of sentences) {
      sheet.write(sentence);
      sheet.gap(2);
    }
  }

  private device(): void {
    const { device } = this.record;
    this.sheet.heading(this.say('device'));
    this.factOrUnknown('channel', device.channel);
    if (device.tablet !== null) this.factOrUnknown('tablet', device.tablet);
    this.factOrUnknown('ip', device.ip);
    this.factOrUnknown('user_agent', device.user_agent);
    this.factOrUnknown('viewport', device.viewport);
    this.factOrUnknown('device_language', device.language);
    this.factOrUnknown('time_zone_offset', device.time_zone_offset);
  }

  private hashes(): void {
    const { hashes } = this.record;
    this.sheet.heading(this.say('hashes'));
    for (const { name, sha256 } of hashes.artworks ?? []) {
      this.hash(this.say('artwork', { name: shortened(name) }), sha256);
    }
    if (!hashes.artworks?.length) this.hash(this.say('artwork', { name: '' }).trim(), null);
    this.hash(this.say('proof_file'), hashes.proof);
    this.hash(this.say('press_file'), hashes.press);
    this.hash(this.say('specification'), hashes.specification);
    this.hash(this.say('statement_hash'), hashes.statement);
    this.hash(this.more('certificate.seal_root'), this.record.seal_root_sha256);
  }

  private payment(): void {
    const { payment, stop } = this.record;
    this.sheet.heading(this.say('money'));
    this.sheet.fact(this.say('amount'), payment.amount, { face: 'semibold' });
    if (payment.kind === 'card') {
      this.sheet.fact(this.say('how'), this.say('card', { last4: this.known(payment.last4) }));
      this.sheet.fact(
        this.say(payment.state === 'charged' ? 'charged_at' : 'to_be_charged_at'),
        this.moment(payment.at),
      );
    } else {
      this.sheet.fact(this.say('how'), this.say('counter'));
      this.sheet.fact(this.say('paid_at'), this.moment(payment.at));
    }
    const isOffered = stop?.until != null;
    this.sheet.fact(
      this.say('stop'),
      stop && !isOffered ? this.say('stop_none') : this.moment(stop?.until ?? null),
    );
    if (isOffered) this.sheet.fact(this.say('stop_used'), this.yesOrNo(stop.was_used));
  }

  private chain(): void {
    const { chain, time_stamp } = this.record;
    this.sheet.heading(this.say('chain'));
    this.factOrUnknown('event', chain && String(chain.event_number));
    this.hash(this.say('event_hash'), chain?.sha256 ?? null);
    this.hash(this.say('previous_hash'), chain?.previous_sha256 ?? null);
    this.sheet.fact(
      this.say('time_stamp'),
      time_stamp.state === 'stamped'
        ? this.say('time_stamp_value', { at: this.moment(time_stamp.at), authority: time_stamp.authority })
        : time_stamp.state === 'pending'
          ? this.more('certificate.stamp_pending')
          : this.say('time_stamp_none'),
    );
  }

  private answers(): void {
    const { sheet } = this;
    sheet.heading(this.more('six.title'));
    for (const { question, answer } of sixAnswers(this.record, null)) {
      const style = { size: 9.2, leading: 1.32, isMarked: true };
      const text = `**${question.replaceAll('**', '')}** ${answer.replaceAll('**', '')}`;
      sheet.write(text, style);
      sheet.gap(3);
    }
  }

  private verification(): void {
    const { sheet, record } = this;
    const side = 74;
    sheet.keep(side + sheet.scaled(50));
    sheet.heading(this.say('verification'));
    if (record.verification === null) {
      sheet.write(this.words('not_recorded'), { color: SOFT });
    } else {
      const { url, code } = record.verification;
      const column = { width: COLUMN - side - 24 };
      const top = sheet.y;
      sheet.qr(url, MARGIN + COLUMN - side, top, side);
      let end = top - sheet.writeAt(top, this.say('verify', { url }), column);
      end -= sheet.scaled(3);
      end -= sheet.writeAt(end, code, { ...column, size: 15, face: 'semibold', color: PETROL });
      sheet.y = Math.min(end, top - side);
    }
    sheet.gap(6);
    sheet.write(this.say('nature'), { size: 8.6, face: 'italic', color: SOFT });
    if (sheet.hasMissingGlyphs) {
      sheet.write(this.words('missing_glyphs'), { size: 8.6, face: 'italic', color: SOFT });
    }
  }

  private foot(): void {
    const { sheet, record, words } = this;
    const left = this.say('foot', {
      shop: record.shop.name,
      ref: record.order.ref,
      version: record.proof.version,
      hash: record.hashes.proof?.slice(0, 8) ?? words('not_recorded'),
    });
    sheet.foot(left, (page, pages) => words('page_of', { page, pages }));
    if (record.is_demo) sheet.demonstration(words('demonstration'));
  }

  private hash(label: string, sha256: string | null): void {
    this.sheet.hash(label, sha256, this.words('not_recorded'));
  }

  private factOrUnknown(label: string, value: string | null): void {
    this.sheet.fact(this.say(label), this.known(value), value === null ? { color: SOFT } : {});
  }

  private labelled(label: string, value: string): string {
    return this.words('with_label', { label: this.say(label), value });
  }

  private known(value: string | null): string {
    return value === null || value.trim() === '' ? this.words('not_recorded') : value;
  }

  private yesOrNo(value: boolean | null): string {
    return value === null ? this.words('not_recorded') : this.words(value ? 'yes' : 'no');
  }

  private momentOrNull(at: string | null): Moment | null {
    return momentOf(at, this.record.time_zone, this.record.language);
  }

  private moment(at: string | null): string {
    const moment = this.momentOrNull(at);
    return moment ? `${moment.local} · ${moment.utc}` : this.words('not_recorded');
  }
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length <= 44
    ? name
    : `${characters.slice(0, 28).join('')}…${characters.slice(-14).join('')}`;
}
