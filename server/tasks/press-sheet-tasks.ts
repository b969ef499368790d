// Small pieces go to the guillotine two to a sheet: laid out once, after the job is released, and kept.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePressSheet } from '../../proofs';
import * as order from '../models/order';
import * as pressFile from '../models/press-file';
import * as proof from '../models/proof';
import { Moot, type Run } from './task-context';

export const makeSheet: Run = async ({ db, storage }, task) => {
  const printed = await proof.findProof(db, String(task.payload.proof_id));
  if (await pressFile.findOrNull(db, printed.id, 'sheet')) return;
  const press = await pressFile.ofProof(db, printed.id);
  const { ref } = await order.findOrder(db, printed.order_id);
  const out_folder = await mkdtemp(join(tmpdir(), 'sheet-'));
  try {
    const outcome = await storage.lend(press.sha256, (press_path) =>
      makePressSheet({
        press_path,
        bleed_mm: printed.specification.print.bleed_mm,
        label: `${ref} · v${printed.version} · ${press.sha256.slice(0, 8)}`,
        out_folder,
      }),
    );
    if (!outcome.ok) throw new Moot(outcome.refusal.code);
    const { file, step } = outcome.sheet;
    const saved = await storage.save(createReadStream(join(out_folder, file)));
    await pressFile.keepSheet(db, printed, press, { ...saved, step });
  } finally {
    await rm(out_folder, { recursive: true, force: true });
  }
};
