// What was or will be paid for one order, on one page. It is a receipt: invoices are made elsewhere.
import { COLUMN, LINE, MARGIN, PAPER_TINT, Sheet, SOFT, type TextStyle, withinPages } from './sheet';
import { type Language, paperWords, type Words } from './words';

export const MAX_RECEIPT_LINES = 12;

/** Amounts and dates are text as the customer reads them elsewhere, in `language`. */
export interface Receipt {
  language: Language;
  is_demo: boolean;
  /** ISO-8601 UTC, for the file's own date; `issued_on` is the same day in words. */
  issued_at: string;
  issued_on: string;
  number: string | null;
  /** Name, then address, registration and VAT numbers, as the shop must show them. */
  seller: { name: string; lines: string[] };
  customer: string[];
  order_ref: string;
  /** VAT included. */
  lines: Array<{
    label: string;
    detail: string | null;
    quantity: string | null;
    unit_price: string | null;
    amount: string;
  }>;
  /** True when the lines' amounts are before the taxes. */
  is_net?: boolean;
  taxes: Array<{ rate: string; net: string; tax: string; gross: string }>;
  total: string;
  payment: Payment;
  /** The customer's private page; drawn as a QR code. */
  link: string | null;
}

export type Payment =
  | { kind: 'card_charged' | 'card_to_be_charged'; last4: string; at: string }
  | { kind: 'cash' | 'terminal'; at: string; till_number: string | null }
  | { kind: 'counter_due' };

/** One A4 page. Throws RangeError when there are more lines than a page can hold. */
export async function receiptPdf(receipt: Receipt): Promise<Uint8Array> {
  if (receipt.lines.length > MAX_RECEIPT_LINES) {
    throw new RangeError(`A receipt has at most ${MAX_RECEIPT_LINES} lines`);
  }
  const words = paperWords('papers', receipt.language);
  return withinPages(1, async (density) => {
    const about = {
      title: `${words('receipt.title')} – ${receipt.order_ref}`,
      subject: words('receipt.subject', { ref: receipt.order_ref }),
      author: receipt.seller.name,
      language: receipt.language,
      dated: receipt.issued_at,
    };
    const sheet = await Sheet.open(about, density);
    new ReceiptDrawing(receipt, words, sheet).draw();
    return sheet;
  });
}

const NUMBERS = { align: 'right' } as const;

class ReceiptDrawing {
  constructor(
    private readonly receipt: Receipt,
    private readonly words: Words,
    private readonly sheet: Sheet,
  ) {}

  draw(): void {
    this.head();
    this.parties();
    this.lines();
    this.total();
    this.taxes();
    this.payment();
    this.ending();
  }

  private say(key: string, values?: Record<string, string | number>): string {
    return this.words(`receipt.${key}`, values);
  }

  private head(): void {
    const { sheet, receipt } = this;
    sheet.letterhead(
      this.say('title'),
      [
        this.say('order', { ref: receipt.order_ref }),
        ...(receipt.number ? [this.say('number', { number: receipt.number })] : []),
        this.say('issued_on', { date: receipt.issued_on }),
      ],
      receipt.seller,
    );
  }

  private parties(): void {
    const { sheet, receipt } = this;
    sheet.gap(14);
    sheet.write(this.say('customer'), { size: 9, color: SOFT });
    sheet.write(receipt.customer.join('\n'), { size: 10.5 });
    sheet.gap(16);
  }

  private lines(): void {
    const { sheet, receipt } = this;
    const label = { x: MARGIN + 8, width: 226 };
    const quantity = { x: MARGIN + 236, width: 56, ...NUMBERS };
    const unitPrice = { x: MARGIN + 300, width: 70, ...NUMBERS };
    const amount = { x: MARGIN + 378, width: COLUMN - 386, ...NUMBERS };

    this.tableHead([
      [this.say('label'), label],
      [this.say('quantity'), quantity],
      [this.say('unit_price'), unitPrice],
      [this.say(this.receipt.is_net ? 'amount_net' : 'amount'), amount],
    ]);
    for (const line of receipt.lines) {
      const detail: TextStyle = { ...label, size: 9, color: SOFT };
      const heights = [
        sheet.heightOf(line.label, label) + (line.detail ? sheet.heightOf(line.detail, detail) : 0),
        sheet.heightOf(line.quantity ?? '', quantity),
        sheet.heightOf(line.unit_price ?? '', unitPrice),
        sheet.heightOf(line.amount, amount),
      ];
      const height = Math.max(...heights);
      sheet.keep(height);
      const labelHeight = sheet.writeAt(sheet.y, line.label, label);
      if (line.detail) sheet.writeAt(sheet.y - labelHeight, line.detail, detail);
      sheet.writeAt(sheet.y, line.quantity ?? '', quantity);
      sheet.writeAt(sheet.y, line.unit_price ?? '', unitPrice);
      sheet.writeAt(sheet.y, line.amount, amount);
      sheet.y -= height;
      sheet.gap(6);
      sheet.rule();
      sheet.gap(6);
    }
  }

  private tableHead(cells: Array<[string, TextStyle]>): void {
    const { sheet } = this;
    const height = sheet.scaled(21);
    sheet.page.drawRectangle({ x: MARGIN, y: sheet.y - height, width: COLUMN, height, color: PAPER_TINT });
    for (const [text, style] of cells) {
      sheet.writeAt(sheet.y - sheet.scaled(4), text, { ...style, size: 9, color: SOFT });
    }
    sheet.y -= height;
    sheet.gap(6);
  }

  private total(): void {
    const { sheet, receipt } = this;
    const label: TextStyle = { x: MARGIN + 8, width: 236, size: 13, face: 'semibold' };
    const amount: TextStyle = {
      x: MARGIN + 250,
      width: COLUMN - 258,
      size: 16,
      face: 'semibold',
      ...NUMBERS,
    };
    const height = Math.max(sheet.heightOf(this.say('total'), label), sheet.heightOf(receipt.total, amount));
    sheet.keep(height);
    sheet.writeAt(sheet.y - sheet.scaled(2), this.say('total'), label);
    sheet.writeAt(sheet.y, receipt.total, amount);
    sheet.y -= height;
    sheet.gap(10);
  }

  private taxes(): void {
    const { sheet, receipt } = this;
    const left = MARGIN + 190;
    const width = (COLUMN - 198) / 4;
    const column = (i: number): TextStyle => ({ x: left + i * width, width, size: 9, ...NUMBERS });
    const rows = [
      [this.say('rate'), this.say('net'), this.say('tax'), this.say('gross')],
      ...receipt.taxes.map(({ rate, net, tax, gross }) => [rate, net, tax, gross]),
    ];
    rows.forEach((row, i) => {
      const height = Math.max(...row.map((text, j) => sheet.heightOf(text, column(j))));
      sheet.keep(height);
      row.forEach((text, j) => {
        sheet.writeAt(sheet.y, text, { ...column(j), ...(i === 0 ? { color: SOFT } : {}) });
      });
      sheet.y -= height;
      sheet.page.drawLine({
        start: { x: left, y: sheet.y - 2 },
        end: { x: MARGIN + COLUMN, y: sheet.y - 2 },
        thickness: 0.5,
        color: LINE,
      });
      sheet.gap(5);
    });
  }

  private payment(): void {
    const { sheet, receipt } = this;
    sheet.heading(this.say('payment'));
    const { payment } = receipt;
    sheet.write(this.paidHow(payment), { size: 12, face: 'semibold' });
    if ('till_number' in payment && payment.till_number) {
      sheet.write(this.say('till_number', { number: payment.till_number }), { size: 10, color: SOFT });
    }
  }

  private paidHow(payment: Payment): string {
    return this.say(payment.kind, { ...payment, till_number: '' });
  }

  private ending(): void {
    const { sheet, receipt, words } = this;
    const side = 66;
    sheet.gap(20);
    sheet.keep(receipt.link ? side + sheet.scaled(16) : sheet.scaled(30));
    const top = sheet.y;
    sheet.writeAt(top, this.say('not_invoice'), { size: 10.5, face: 'semibold', width: COLUMN - side - 24 });
    if (receipt.link) {
      const x = MARGIN + COLUMN - side;
      sheet.qr(receipt.link, x, top, side);
      sheet.writeAt(top - side - 2, this.say('follow'), {
        x: x - 60,
        width: side + 60,
        size: 8,
        color: SOFT,
        align: 'right',
      });
    }
    if (sheet.hasMissingGlyphs) {
      sheet.writeAt(top - sheet.scaled(20), words('missing_glyphs'), {
        size: 8.6,
        face: 'italic',
        color: SOFT,
        width: COLUMN - side - 24,
      });
    }
    sheet.foot(this.say('foot', { shop: receipt.seller.name, ref: receipt.order_ref }), (page, pages) =>
      words('page_of', { page, pages }),
    );
    if (receipt.is_demo) sheet.demonstration(words('demonstration'));
  }
}
