// The seal on a proof or a certificate: whatever byte of the file is touched, it no longer holds.
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sealFault } from '../../server/packs/seal-check';
import { openSealer, type Sealer } from '../../server/seal';
import { ROOT } from '../support/sources';

let folder: string;
let sealer: Sealer;
let sealed: Buffer;
let root: X509Certificate;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seal-check-'));
  sealer = openSealer(join(folder, 'keys'), 'lilas.example');
  const proof = readFileSync(join(ROOT, 'test/fixtures/artwork/business-card.pdf'));
  sealed = Buffer.from(await sealer.seal(proof, { reason: 'Épreuve 2', name: 'Imprimerie Lilas' }));
  root = new X509Certificate(sealer.certificate.root_pem);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an untouched seal holds under its own root, and under no other', () => {
  expect(sealFault(sealed, root)).toBeNull();
  const other = openSealer(join(folder, 'other'), 'lilas.example').certificate.root_pem;
  expect(sealFault(sealed, new X509Certificate(other))).toBe('certificate');
});

test('a touched byte outside the seal breaks it', () => {
  const start = sealed.lastIndexOf('/ByteRange');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: start - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const touched = Buffer.from(sealed);
      touched[at] ^= 1 << bit;
      expect(sealFault(touched, root)).not.toBeNull();
    }),
    { numRuns: 120 },
  );
});

test('a touched byte inside the seal breaks it, every one of them', () => {
  const start = sealed.lastIndexOf('/ByteRange');
  const passed: number[] = [];
  for (let at = start; at < sealed.length; at += 9) {
    const touched = Buffer.from(sealed);
    touched[at] ^= 1;
    if (sealFault(touched, root) === null) passed.push(at - start);
  }
  expect(passed).toEqual([]);
});

test('something written behind the seal is noticed', () => {
  expect(sealFault(Buffer.concat([sealed, Buffer.from('\n')]), root)).toBe('not_whole');
  expect(sealFault(sealed.subarray(0, -1), root)).toBe('not_whole');
});
