// A paper for a bank's reviewer: 12 points and larger, black on white, nothing to click, a fixed number of pages.

import type { Dossier } from './dossier';
import { momentOf } from './moment';
import { COLUMN, INK, LINE, MARGIN, Sheet, type TextStyle } from './sheet';
import { paperWords, type Words } from './words';

/** Reviewers read prints and faxes: nothing on a bank paper is set smaller. */
export const BANK_POINTS = 12;
const LABEL_WIDTH = 150;
/** Room that a list keeps for the line that says how much is left out. */
const RESERVED = 44;
const ADDRESS = /\b(?:https?:\/\/|www\.)\S+/giu;

export class BankSheet {
  private constructor(
    readonly sheet: Sheet,
    readonly words: Words,
    private readonly dossier: Dossier,
    private readonly pages: number,
  ) {}

  /** `pages` is the most that this paper may have. */
  static async open(dossier: Dossier, title: string, pages: number): Promise<BankSheet> {
    const { record } = dossier;
    const words = paperWords('packs', record.language);
    const sheet = await Sheet.open({
      title: `${words(title)} – ${record.order.ref}`,
      subject: words('bank.subject', { ref: record.order.ref }),
      author: record.shop.name,
      language: record.language,
      dated: dossier.made_at,
    });
    const paper = new BankSheet(sheet, words, dossier, pages);
    paper.head(words(title));
    return paper;
  }

  say(key: string, values?: Record<string, string | number>): string {
    return this.words(`bank.${key}`, values);
  }

  /** Points that are left before the paper would need a page more than it may have. */
  hasRoom(height: number): boolean {
    return this.sheet.pdf.getPageCount() < this.pages || this.sheet.room >= height;
  }

  heading(text: string): void {
    this.sheet.keep(60);
    this.sheet.gap(10);
    this.sheet.write(text, { size: 13.5, face: 'semibold', leading: 1.3 });
    this.sheet.gap(2);
  }

  write(text: string, style: TextStyle = {}): void {
    this.sheet.write(withoutAddresses(text, this.words), { size: BANK_POINTS, leading: 1.35, ...style });
  }

  heightOf(text: string, style: TextStyle = {}): number {
    return this.sheet.heightOf(withoutAddresses(text, this.words), {
      size: BANK_POINTS,
      leading: 1.35,
      ...style,
    });
  }

  fact(label: string, value: string | null): void {
    const shown = withoutAddresses(value?.trim() || this.words('not_recorded'), this.words);
    const left: TextStyle = { size: BANK_POINTS, width: LABEL_WIDTH - 10, leading: 1.35 };
    const right: TextStyle = {
      size: BANK_POINTS,
      x: MARGIN + LABEL_WIDTH,
      width: COLUMN - LABEL_WIDTH,
      face: 'semibold',
      leading: 1.35,
    };
    const height = Math.max(this.sheet.heightOf(label, left), this.sheet.heightOf(shown, right));
    this.sheet.keep(height);
    this.sheet.writeAt(this.sheet.y, label, left);
    this.sheet.writeAt(this.sheet.y, shown, right);
    this.sheet.y -= height;
    this.sheet.gap(3);
  }

  /** A moment on the shop's clock, with its zone, and in UTC. */
  moment(at: string | null): string {
    const moment = momentOf(at, this.dossier.record.time_zone, this.dossier.record.language);
    return moment ? `${moment.local} = ${moment.utc}` : this.words('not_recorded');
  }

  /** The same moment in short: day and second in UTC. */
  utc(at: string | null): string {
    const moment = momentOf(at, this.dossier.record.time_zone, this.dossier.record.language);
    return moment ? moment.utc.replace(/\.\d+ /, ' ') : this.words('not_recorded');
  }

  /** As many of the items as there is room for, then how many more there are; never less than what fits. */
  list(items: string[], more: (count: number) => string): void {
    for (const [index, item] of items.entries()) {
      const isLast = index === items.length - 1;
      if (!this.hasRoom(this.heightOf(item) + (isLast ? 0 : RESERVED))) {
        this.write(more(items.length - index), { face: 'italic' });
        return;
      }
      this.write(item);
      this.sheet.gap(7);
    }
  }

  async bytes(): Promise<{ bytes: Uint8Array; pages: number }> {
    const { sheet, dossier, words } = this;
    const { record } = dossier;
    sheet.foot(
      this.say('foot', { shop: record.shop.name, ref: record.order.ref }),
      (page, pages) => words('page_of', { page, pages }),
      BANK_POINTS,
    );
    if (record.is_demo) sheet.demonstration(words('demonstration'), BANK_POINTS);
    return { bytes: await sheet.bytes(), pages: sheet.pdf.getPageCount() };
  }

  private head(title: string): void {
    const { sheet, dossier } = this;
    sheet.write(title, { size: 20, face: 'semibold', leading: 1.2 });
    sheet.gap(2);
    this.write(`${dossier.record.shop.name} · ${this.say('order', { ref: dossier.record.order.ref })}`);
    sheet.gap(5);
    sheet.rule(INK, 1);
    sheet.gap(6);
  }

  rule(): void {
    this.sheet.rule(LINE, 0.8);
  }
}

/** A reviewer cannot follow an address, and a customer's private one is nobody else's. */
export function withoutAddresses(text: string, words: Words): string {
  return text.replace(ADDRESS, words('address_left_out'));
}
