// npm run -s seed -- --orders N: fills a data folder with orders at every stage, for trying, for load, for screenshots.
// Each order goes through the real verbs; the drawing is done once a product and its pages are shared.
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { makeProof } from '../proofs';
import { ConfigError, readConfig } from './config';
import { type DemoOrder, placeOrder } from './demo/orders';
import { firstStart } from './first-start';
import * as approval from './models/approval';
import * as artwork from './models/artwork';
import * as changeRequest from './models/change-request';
import { now } from './models/database';
import { CUSTOMER } from './models/event';
import * as file from './models/file';
import * as handover from './models/handover';
import * as order from './models/order';
import * as payment from './models/payment';
import * as printCheck from './models/print-check';
import * as proof from './models/proof';
import * as setting from './models/setting';
import * as signOff from './models/sign-off';
import * as staff from './models/staff';
import * as ticket from './models/ticket';
import { randomCode, sha256 } from './models/token';
import { dateWords } from './models/wording';
import { openPortal } from './open';
import type { Portal } from './portal';
import { wordsFor } from './words';

export const MOST_ORDERS = 100_000;
const USAGE =
  'Usage: npm run -s seed -- --orders N   (1 to 100000; DATA_DIR names the folder, data/ by default)';
const DAY_MS = 24 * 3_600_000;

const PEOPLE: Array<[name: string, email: string, language: order.Language]> = [
  ['Marie Lefèvre', 'marie.lefevre@example.com', 'fr'],
  ['Karim Benali', 'karim.benali@example.com', 'fr'],
  ['Jane Doyle', 'jane.doyle@example.com', 'en'],
  ['Chloé Durand', 'chloe.durand@example.com', 'fr'],
  ['Owen Hughes', 'owen.hughes@example.com', 'en'],
  ['Zoë Kowalski', 'zoe.kowalski@example.com', 'en'],
  ['Antoine Mercier', 'antoine.mercier@example.com', 'fr'],
  ['Łukasz Nowak', 'lukasz.nowak@example.com', 'en'],
];

const PRODUCTS: Array<Pick<DemoOrder, 'product_key' | 'artwork' | 'choice'>> = [
  { product_key: 'business-cards', artwork: 'business-card.pdf' },
  { product_key: 'business-cards', artwork: 'business-card.pdf', choice: { quantity: 500, rush: true } },
];

const STAGES = [
  'awaiting_artwork',
  'proofed',
  'proofed',
  'changes_requested',
  'approved',
  'released',
  'printing',
  'finishing',
  'ready',
  'handed_over',
  'cancelled',
] as const;
type Stage = (typeof STAGES)[number];

const STEPS_TO: Partial<Record<Stage, ticket.Step[]>> = {
  released: [],
  printing: ['printing'],
  finishing: ['printing', 'finishing'],
  ready: ['printing', 'finishing', 'ready'],
  handed_over: ['printing', 'finishing', 'ready', 'handed_over'],
};

/** Drawn pages of one artwork for one specification, and the PDF that each order's own proof is made from. */
interface Drawn {
  pdf: Buffer;
  rendered: proof.Rendered;
}

async function draw({ storage }: Portal, placed: order.PlacedOrder, file: artwork.Artwork): Promise<Drawn> {
  const out_folder = await mkdtemp(join(tmpdir(), 'seed-'));
  try {
    const words = placed.specification.words[placed.language];
    const outcome = await storage.lend(file.file_sha256, (artwork_path) =>
      makeProof({
        artwork_path,
        artwork_name: file.name,
        specification: placed.specification.print,
        slug: {
          shop: 'Imprimerie Lilas',
          order_ref: 'DEMO',
          version: 1,
          product: words.name,
          size: words.size,
          quantity: words.quantity,
          rendered_at: dateWords(now(), 'moment', placed.language, 'Europe/Paris'),
        },
        language: placed.language,
        out_folder,
      }),
    );
    if (!outcome.ok) throw new Error(outcome.refusal.text.en);
    const images: proof.Rendered['images'] = [];
    const pages: proof.Page[] = [];
    for (const { image, thumbnail, sha256: _, ...page } of outcome.proof.pages) {
      const [shown, small] = await Promise.all(
        [image, thumbnail].map((name) => storage.save(createReadStream(join(out_folder, name)))),
      );
      images.push({ ...shown, media_type: 'image/webp' }, { ...small, media_type: 'image/webp' });
      pages.push({ ...page, image_sha256: shown.sha256, thumbnail_sha256: small.sha256 });
    }
    const pdf = await readFile(join(out_folder, outcome.proof.pdf.file));
    const { file: press_file, ...press } = outcome.proof.press;
    if (press_file) await storage.save(createReadStream(join(out_folder, press_file)));
    const report = outcome.proof.report as artwork.Report;
    return { pdf, rendered: { sha256: '', bytes: 0, seal_fingerprint: null, pages, images, press, report } };
  } finally {
    await rm(out_folder, { recursive: true, force: true });
  }
}

class Seeder {
  private readonly drawn = new Map<string, Drawn>();

  constructor(
    private readonly portal: Portal,
    private readonly shop: setting.Shop,
    private readonly colleague: staff.Staff,
  ) {}

  async seed(index: number): Promise<void> {
    const { db } = this.portal;
    const stage = STAGES[index % STAGES.length];
    const [name, email, language] = PEOPLE[index % PEOPLE.length];
    const day = new Date(Date.now() + ((index % 9) - 2) * DAY_MS).toISOString().slice(0, 10);
    const id = await placeOrder(this.portal, {
      ...PRODUCTS[index % PRODUCTS.length],
      ...(stage === 'awaiting_artwork' && { artwork: null }),
      name,
      email,
      language,
      phone: `06 ${String(10_000_000 + index).slice(-8)}`,
      channel: index % 3 === 0 ? 'counter' : 'web',
      staff_id: this.colleague.id,
      ready_on: day,
    });
    if (stage !== 'awaiting_artwork') await this.bringTo(id, stage);
    // What a seeded order would have sent and drawn has no reader.
    await db('tasks')
      .where({ order_id: id, state: 'ready' })
      .update({ state: 'void', last_error: 'seeded', ended_at: now() });
  }

  private async bringTo(id: string, stage: Stage): Promise<void> {
    const { db } = this.portal;
    if (stage === 'cancelled') return order.cancel(db, id, CUSTOMER, 'customer_cancelled');
    const current = await this.issue(id);
    if (stage === 'proofed') return;
    if (stage === 'changes_requested') {
      return changeRequest.request(db, await order.findOrder(db, id), current, {
        points: [{ page: 1, x: 0.5, y: 0.6, reason: 'text', text: 'Replace « rue » by « avenue »' }],
        note: null,
        upload: null,
      });
    }
    await this.sign(id, current);
    const steps = STEPS_TO[stage];
    if (!steps) return;
    const { total_cents } = await order.findOrder(db, id);
    await payment.recordAtCounter(db, id, {
      tender: 'terminal',
      amount_cents: total_cents as number,
      receipt_ref: randomCode(6),
      staff_id: this.colleague.id,
    });
    for (const step of steps) {
      if (step === 'ready') await this.check(id, current);
      else if (step === 'handed_over') await this.handOver(id);
      else await ticket.advance(db, id, step, this.colleague.id);
    }
  }

  /** The page image stands for a photograph of the print. */
  private async check(id: string, current: proof.Proof): Promise<void> {
    const { db, storage } = this.portal;
    const [{ image_sha256 }] = current.pages;
    const { bytes } = await storage.open(image_sha256).then(({ stream, ...kept }) => {
      stream.destroy();
      return kept;
    });
    const upload = { sha256: image_sha256, bytes, media_type: 'image/webp', name: 'print.webp' };
    await printCheck.addPhoto(db, id, 1, upload, this.colleague.id);
    await file.noteCopy(db, image_sha256, { sha256: image_sha256, bytes, media_type: 'image/webp' });
    const { quantity } = order.placed(await order.findOrder(db, id)).specification.choice;
    const check = { ordered: quantity, counted: quantity, note: null };
    await printCheck.makeReady(db, id, check, this.shop, this.colleague.id);
  }

  private async handOver(id: string): Promise<void> {
    const { db } = this.portal;
    const { contact_name } = order.placed(await order.findOrder(db, id));
    const collected: handover.Collected = {
      how: 'collected',
      recipient_name: contact_name,
      signature_method: 'typed',
      strokes: [],
      signature_typed_name: contact_name,
      signature_typed_confirm: true,
    };
    await handover.handOver(db, id, collected, this.colleague.id);
  }

  private async issue(id: string): Promise<proof.Proof> {
    const { db, storage, sealer } = this.portal;
    const placed = order.placed(await order.findOrder(db, id));
    const file = await artwork.findArtwork(db, id, placed.current_artwork_id as string);
    const key = `${placed.specification_sha256}:${file.file_sha256}:${placed.language}`;
    const drawn = this.drawn.get(key) ?? (await draw(this.portal, placed, file));
    this.drawn.set(key, drawn);
    const version = await proof.nextVersion(db, id);
    const sealed = await sealer.seal(drawn.pdf, {
      reason: wordsFor(placed.language)('papers:seal.proof', { version, ref: placed.ref }),
      name: this.shop.name,
    });
    const saved = await storage.save(Readable.from([Buffer.from(sealed)]));
    const seal_fingerprint = sealer.certificate.fingerprint_sha256;
    const proof_id = await proof.issue(
      db,
      placed,
      file,
      version,
      { ...drawn.rendered, ...saved, seal_fingerprint },
      this.shop.proof_valid_days,
    );
    return proof.findProof(db, proof_id);
  }

  private async sign(id: string, current: proof.Proof): Promise<void> {
    const { db } = this.portal;
    const placed = order.placed(await order.findOrder(db, id));
    const device_sha256 = sha256(`seed:${id}`);
    await db('known_devices').insert({
      order_id: id,
      device_sha256,
      known_because: 'ordered_here',
      known_since: now(),
    });
    for (const page of current.pages) await proof.seePage(db, current, page.number, device_sha256);
    const words = await signOff.compose(db, placed, current, this.shop, placed.language);
    await approval.approve(
      db,
      id,
      {
        proof_id: current.id,
        proof_sha256: current.sha256,
        specification_sha256: current.specification_sha256,
        price_version: placed.price_version,
        total_cents: placed.total_cents,
        statement_sha256: words.sha256,
      },
      {
        ticks: Object.fromEntries(words.ticks.map((tick) => [tick.key, now()])),
        typed_name: placed.contact_name,
        signature_method: 'typed',
        strokes: [],
        signature_typed_name: placed.contact_name,
        signature_typed_confirm: true,
      },
      {
        idempotency_key: `seed-${id}`,
        language: placed.language,
        button_label: placed.language === 'fr' ? 'Signer et valider' : 'Sign and approve',
        on_behalf_of: null,
        looking: {},
        ip: null,
        ip_source: null,
        user_agent: 'seed',
        viewport: null,
        time_zone_offset: null,
        device_sha256,
        counter: null,
      },
      this.shop,
    );
  }
}

function readCount(): number | null {
  try {
    const { values } = parseArgs({ options: { orders: { type: 'string' } } });
    const count = Number(values.orders);
    return Number.isInteger(count) && count >= 1 && count <= MOST_ORDERS ? count : null;
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const count = readCount();
  if (count === null) {
    console.error(USAGE);
    return 2;
  }
  const config = readConfig();
  const portal = await openPortal(config);
  try {
    await firstStart(portal);
    const [colleague] = await staff.list(portal.db);
    const seeder = new Seeder(portal, await setting.shop(portal.db), colleague);
    for (let index = 0; index < count; index += 1) await seeder.seed(index);
    console.log(`${count} orders at ${new Set(STAGES).size} stages in ${config.data_dir}`);
    return 0;
  } finally {
    await portal.close();
  }
}

if (require.main === module) {
  main().then(
    (code) => process.exit(code),
    (error) => {
      console.error(error instanceof ConfigError ? error.message : error);
      process.exit(1);
    },
  );
}
