// The fixtures, the product that most of them are for, and a folder for each proof.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PrintSpecification, ProofRequest } from '../../proofs';

const FIXTURES = resolve(__dirname, '../../../test/fixtures/artwork');

export const card: PrintSpecification = {
  product_key: 'business-cards',
  trim_mm: { width: 85, height: 55 },
  bleed_mm: 3,
  safe_mm: 3,
  pages: { min: 1, max: 2, multiple_of: 1 },
  resolution_ppi: { warn: 224, block: 149 },
  colour: 'process',
  ink_limit_percent: 320,
};

export const booklet: PrintSpecification = {
  ...card,
  product_key: 'booklets',
  trim_mm: { width: 210, height: 297 },
  pages: { min: 8, max: 64, multiple_of: 4 },
};

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'proof-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function fixture(name: string): string {
  return join(FIXTURES, name);
}

export function request(
  name: string,
  specification: PrintSpecification = card,
  changes: Partial<ProofRequest> = {},
): ProofRequest {
  return {
    artwork_path: fixture(name),
    artwork_name: name,
    specification,
    slug: {
      shop: 'Imprimerie des Tilleuls',
      order_ref: 'K7F-204',
      version: 2,
      product: 'Business cards',
      size: '85 × 55 mm',
      quantity: '500',
      rendered_at: '2026-03-02T09:12:44.120Z',
    },
    language: 'en',
    out_folder: newFolder(),
    ...changes,
  };
}
