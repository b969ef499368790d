import * as artwork from '../../server/models/artwork';
import * as artworkChoice from '../../server/models/artwork-choice';
import { byStaff, CUSTOMER } from '../../server/models/event';
import * as order from '../../server/models/order';
import * as setting from '../../server/models/setting';
import * as signOff from '../../server/models/sign-off';
import { draftOrder, issueProof, placedOrder, sendArtwork } from '../fixtures/world';
import { startShop, type TestShop } from '../support/portal';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ worker: false });
});
afterAll(() => shop.close());

const text = { en: 'The colour stops at the cut line.', fr: 'La couleur s’arrête au trait de coupe.' };
const MIRROR = { fix: 'mirror_bleed' as const, page: 1, edges: ['left' as const] };
const finding = (more: Partial<artwork.Finding>): artwork.Finding => ({
  code: 'bleed-missing',
  severity: 'warning',
  page: 1,
  place: null,
  text,
  values: {},
  ...more,
});
const report = (...findings: artwork.Finding[]): artwork.Report => ({
  artwork: { kind: 'pdf', page_count: 1 },
  fit: { rule: 'exact', scale_percent: 100, rotated: false },
  pages: [],
  colour_spaces: [],
  fonts: [],
  findings,
});
const BLEED = report(
  finding({ offers: [MIRROR] }),
  finding({ code: 'soft-proof', severity: 'info', page: null }),
);

async function draftWithFile() {
  const { id } = await draftOrder(shop);
  const file = await sendArtwork(shop, await order.findOrder(shop.db, id));
  return { id, file, now: () => order.findOrder(shop.db, id) };
}

test('a warning asks, a note asks only when there is something to offer', () => {
  const asked = artworkChoice.questionsOf(
    report(
      finding({}),
      finding({}),
      finding({ code: 'soft-proof', severity: 'info' }),
      finding({
        code: 'rgb-colours',
        severity: 'info',
        page: null,
        offers: [{ fix: 'convert_to_press_profile' }],
      }),
    ),
  );
  expect(asked.map(({ key, may_keep }) => [key, may_keep])).toEqual([
    ['bleed-missing-1', true],
    ['bleed-missing-1-2', true],
    ['rgb-colours-0', true],
  ]);
});

test('the last answer to a question holds, and every one of them is kept', async () => {
  const { db } = shop;
  const { id, file, now } = await draftWithFile();
  for (const answer of ['fix-0', 'keep', 'fix-0', 'fix-0']) {
    await artworkChoice.choose(db, id, file, BLEED, { 'bleed-missing-1': answer }, CUSTOMER);
  }
  const held = await artworkChoice.ofArtwork(db, file.id, await now());
  expect(artworkChoice.fixesOf(held)).toEqual([{ fix: MIRROR, chosen_by: 'customer' }]);
  expect(await db('artwork_choices').where({ artwork_id: file.id })).toHaveLength(3);
});

test.each(['fix-1', 'fix-01', 'mirror', 'keep '])('the answer %p was never offered', async (answer) => {
  const { id, file } = await draftWithFile();
  const given = artworkChoice.choose(shop.db, id, file, BLEED, { 'bleed-missing-1': answer }, CUSTOMER);
  await expect(given).rejects.toMatchObject({ fields: { choices: 'choices.unknown' } });
});

test('an error cannot be kept, and is answered by what was offered for it', async () => {
  const { db } = shop;
  const { id, file, now } = await draftWithFile();
  const wrong = report(
    finding({ code: 'wrong-size', severity: 'error', offers: [{ fix: 'scale_to_trim', how: 'whole' }] }),
  );
  const choose = (answer: string) =>
    artworkChoice.choose(db, id, file, wrong, { 'wrong-size-1': answer }, CUSTOMER);
  await expect(choose('keep')).rejects.toMatchObject({ fields: { choices: 'choices.unknown' } });
  const held = async () => artworkChoice.ofArtwork(db, file.id, await now());
  expect(artworkChoice.answersErrors(wrong, await held())).toBe(false);
  await choose('fix-0');
  expect(artworkChoice.answersErrors(wrong, await held())).toBe(true);
  const worse = report(...wrong.findings, finding({ code: 'font-not-embedded', severity: 'error' }));
  expect(artworkChoice.answersErrors(worse, await held())).toBe(false);
});

test('a placed order is chosen for by making a new version, and only once', async () => {
  const { db } = shop;
  const { id } = await placedOrder(shop);
  await issueProof(shop, id);
  const file = (await artwork.currentOrNull(db, await order.findOrder(db, id))) as artwork.Artwork;
  const given = { 'bleed-missing-1': 'fix-0' };
  await expect(artworkChoice.choose(db, id, file, BLEED, given, CUSTOMER)).rejects.toThrow();
  const tries = await Promise.allSettled(
    Array.from({ length: 5 }, () => artworkChoice.remake(db, id, file, BLEED, given, byStaff(shop.lea.id))),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await order.findOrder(db, id)).state).toBe('preparing');
  const tasks = await db('tasks').where({ order_id: id, kind: 'render_proof' }).orderBy('created_at');
  expect(tasks).toHaveLength(2);
  expect(tasks[1].key).toMatch(new RegExp(`^proof:${file.id}:[0-9a-f]{64}:[0-9a-f]{16}$`));
});

test('a new version that would look the same is not made', async () => {
  const { db } = shop;
  const { id } = await placedOrder(shop);
  await issueProof(shop, id);
  const file = (await artwork.currentOrNull(db, await order.findOrder(db, id))) as artwork.Artwork;
  const kept = artworkChoice.remake(db, id, file, BLEED, { 'bleed-missing-1': 'keep' }, byStaff(shop.lea.id));
  await expect(kept).rejects.toMatchObject({ fields: { choices: 'choices.nothing_new' } });
  expect((await order.findOrder(db, id)).state).toBe('proofed');
  expect(await db('artwork_choices').where({ order_id: id })).toHaveLength(0);
});

test('the statement says what was done, and whose choice it was', async () => {
  const { db } = shop;
  const { id } = await placedOrder(shop);
  const fixes = [
    { ...MIRROR, chosen_by: 'customer' as const },
    { fix: 'rotate' as const, degrees: 90 as const, chosen_by: 'staff' as const },
  ];
  const current = await issueProof(shop, id, { fixes });
  const said = async (language: order.Language) => {
    const placed = order.placed(await order.findOrder(db, id));
    return (await signOff.compose(db, placed, current, await setting.shop(db), language)).text;
  };
  expect(await said('en')).toMatch(/At my choice, .* bleed added by mirroring the edge, page 1 \(left\)\./);
  expect(await said('en')).toMatch(/and I agree: page turned a quarter to the right\./);
  expect(await said('fr')).toMatch(/À ma demande, .* fond perdu ajouté par l’image miroir du bord, page 1/);
});
