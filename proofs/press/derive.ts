// The press file is derived first, once; then the proof is drawn from it.
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Fix, PreflightReport, PressFile, PressStep } from '../contract';
import { sha256OfFile } from '../fingerprint';
import type { Artwork } from '../look';

export interface Derived {
  press: PressFile;
  /** What the proof is drawn from: the press file itself. */
  artwork: Artwork;
  close(): Promise<void>;
}

/** Throws Refused. `artwork` stays open. */
export async function derivePress(
  artwork: Artwork,
  artwork_path: string,
  report: PreflightReport,
  fixes: Fix[],
  out_folder: string,
): Promise<Derived> {
  if (artwork.look.kind !== 'pdf') {
    const { pressPicture } = await import('./picture.js');
    const pressed = await pressPicture(artwork, artwork_path, fixes, out_folder);
    return {
      press: await described(report, fixes, pressed.path, pressed.steps),
      artwork: pressed.artwork,
      close: async () => {
        for (const path of pressed.scraps) await rm(path, { force: true });
      },
    };
  }
  const { pressPdf } = await import('./pdf.js');
  const { path, steps } = await pressPdf(artwork, fixes, out_folder);
  const press = await described(report, fixes, path, steps);
  if (!path) return { press, artwork, close: async () => {} };
  const { openPdf } = await import('../artwork/pdf.js');
  const drawn = await openPdf(path, artwork.look.specification);
  return { press, artwork: drawn, close: async () => drawn.close() };
}

async function described(
  { engine, artwork }: PreflightReport,
  fixes: Fix[],
  path: string | null,
  steps: PressStep[],
): Promise<PressFile> {
  const sha256 = path ? await sha256OfFile(path) : artwork.sha256;
  return {
    file: path && basename(path),
    sha256,
    bytes: path ? (await stat(path)).size : artwork.bytes,
    derivation: { engine, artwork_sha256: artwork.sha256, fixes, steps, press_sha256: sha256 },
  };
}
