// An invoice or a credit note on paper, from what was frozen when it was issued.
import { COLUMN, LINE, MARGIN, PAPER_TINT, Sheet, SOFT, type TextStyle, withinPages } from './sheet';
import { type Language, paperWords, type Words } from './words';

/** Amounts, rates and dates are text as the customer reads them elsewhere, in `language`. */
export interface InvoicePaper {
  kind: 'invoice' | 'credit_note';
  language: Language;
  is_demo: boolean;
  number: string;
  /** ISO-8601 UTC, for the file's own date; `issued_on` and `supplied_on` are days in words. */
  issued_at: string;
  issued_on: string;
  supplied_on: string;
  order_ref: string;
  purchase_order: string | null;
  seller: { name: string; lines: string[] };
  buyer: string[];
  delivery_address: string[] | null;
  /** `nature` names what was sold: goods, services or both. */
  nature: 'goods' | 'services' | 'both';
  vat_on_debits: boolean;
  lines: Array<{ label: string; unit_price: string; rate: string; amount: string }>;
  taxes: Array<{ label: string; net: string; tax: string }>;
  net: string;
  total: string;
  paid: string;
  mentions: string[];
  corrects: string | null;
  reason: string | null;
}

const NUMBERS = { align: 'right' } as const;
const MAX_PAGES = 2;

/** One A4 page, two for a very long one. */
export async function invoicePdf(invoice: InvoicePaper): Promise<Uint8Array> {
  const words = paperWords('invoices', invoice.language);
  return withinPages(MAX_PAGES, async (density) => {
    const title = `${words(`paper.title_${invoice.kind}`)} ${invoice.number}`;
    const sheet = await Sheet.open(
      {
        title,
        subject: words('paper.order', { ref: invoice.order_ref }),
        author: invoice.seller.name,
        language: invoice.language,
        dated: invoice.issued_at,
      },
      density,
    );
    new InvoiceDrawing(invoice, words, sheet).draw();
    return sheet;
  });
}

class InvoiceDrawing {
  constructor(
    private readonly invoice: InvoicePaper,
    private readonly words: Words,
    private readonly sheet: Sheet,
  ) {}

  draw(): void {
    this.head();
    this.parties();
    this.lines();
    this.totals();
    this.ending();
  }

  private say(key: string, values?: Record<string, string | number>): string {
    return this.words(`paper.${key}`, values);
  }

  private head(): void {
    const { sheet, invoice } = this;
    sheet.letterhead(
      this.say(`title_${invoice.kind}`),
      [
        this.say('number', { number: invoice.number }),
        this.say(`issued_on_${invoice.kind}`, { date: invoice.issued_on }),
        ...(invoice.kind === 'invoice' ? [this.say('supplied_on', { date: invoice.supplied_on })] : []),
        ...(invoice.corrects ? [this.say('corrects', { number: invoice.corrects })] : []),
        this.say('order', { ref: invoice.order_ref }),
        ...(invoice.purchase_order ? [this.say('purchase_order', { number: invoice.purchase_order })] : []),
      ],
      invoice.seller,
    );
  }

  private parties(): void {
    const { sheet, invoice } = this;
    sheet.gap(14);
    const half = COLUMN / 2 - 10;
    const block = (heading: string, lines: string[], x: number): number => {
      const label = sheet.writeAt(sheet.y, heading, { size: 9, color: SOFT, x, width: half });
      return label + sheet.writeAt(sheet.y - label, lines.join('\n'), { size: 10.5, x, width: half });
    };
    const heights = [block(this.say('buyer'), invoice.buyer, MARGIN)];
    if (invoice.delivery_address) {
      heights.push(block(this.say('delivered_to'), invoice.delivery_address, MARGIN + COLUMN / 2 + 10));
    }
    sheet.y -= Math.max(...heights);
    sheet.gap(16);
  }

  private lines(): void {
    const { sheet, invoice } = this;
    const label = { x: MARGIN + 8, width: 236 };
    const unitPrice = { x: MARGIN + 248, width: 76, ...NUMBERS };
    const rate = { x: MARGIN + 330, width: 66, ...NUMBERS };
    const amount = { x: MARGIN + 400, width: COLUMN - 408, ...NUMBERS };
    this.row(
      [
        [this.say('label'), label],
        [this.say('unit_price'), unitPrice],
        [this.say('rate'), rate],
        [this.say('amount'), amount],
      ],
      true,
    );
    for (const line of invoice.lines) {
      this.row(
        [
          [line.label, label],
          [line.unit_price, unitPrice],
          [line.rate, rate],
          [line.amount, amount],
        ],
        false,
      );
    }
    if (invoice.reason) {
      sheet.gap(8);
      sheet.write(this.say('reason', { reason: invoice.reason }), { size: 10 });
      sheet.gap(8);
    }
  }

  private row(cells: Array<[string, TextStyle]>, isHead: boolean): void {
    const { sheet } = this;
    const styled = cells.map(([text, style]): [string, TextStyle] => [
      text,
      isHead ? { ...style, size: 9, color: SOFT } : style,
    ]);
    const height = Math.max(...styled.map(([text, style]) => sheet.heightOf(text, style)));
    const pad = sheet.scaled(5);
    sheet.keep(height + 2 * pad);
    if (isHead) {
      sheet.page.drawRectangle({
        x: MARGIN,
        y: sheet.y - height - 2 * pad,
        width: COLUMN,
        height: height + 2 * pad,
        color: PAPER_TINT,
      });
    }
    for (const [text, style] of styled) sheet.writeAt(sheet.y - pad, text, style);
    sheet.y -= height + 2 * pad;
    if (!isHead) sheet.rule(LINE);
  }

  private totals(): void {
    const { sheet, invoice } = this;
    sheet.gap(10);
    const label: TextStyle = { x: MARGIN + 190, width: 180, size: 10, color: SOFT };
    const amount: TextStyle = { x: MARGIN + 372, width: COLUMN - 380, size: 10, ...NUMBERS };
    const rows: Array<[string, string, TextStyle]> = [
      [this.say('net'), invoice.net, {}],
      ...invoice.taxes.map(({ label: name, net, tax }): [string, string, TextStyle] => [
        this.say('tax', { name, net }),
        tax,
        {},
      ]),
      [this.say('total'), invoice.total, { size: 14, face: 'semibold' }],
    ];
    for (const [name, value, style] of rows) {
      const strong = style.face ? { ...style, size: 12, color: undefined } : {};
      const height = Math.max(
        sheet.heightOf(name, { ...label, ...strong }),
        sheet.heightOf(value, { ...amount, ...style }),
      );
      sheet.keep(height);
      sheet.writeAt(sheet.y, name, { ...label, ...strong });
      sheet.writeAt(sheet.y, value, { ...amount, ...style });
      sheet.y -= height;
      sheet.gap(5);
    }
    sheet.heading(this.say('payment'));
    sheet.write(invoice.paid, { size: 11.5, face: 'semibold' });
  }

  private ending(): void {
    const { sheet, invoice, words } = this;
    sheet.gap(14);
    const notes = [
      this.say(`nature_${invoice.nature}`),
      ...(invoice.vat_on_debits ? [this.say('vat_on_debits')] : []),
      ...invoice.mentions,
      ...(sheet.hasMissingGlyphs ? [words('missing_glyphs')] : []),
    ];
    for (const note of notes) {
      sheet.write(note, { size: 8.8, color: SOFT });
      sheet.gap(2);
    }
    sheet.foot(this.say('foot', { shop: invoice.seller.name, number: invoice.number }), (page, pages) =>
      words('page_of', { page, pages }),
    );
    if (invoice.is_demo) sheet.demonstration(words('demonstration'));
  }
}
