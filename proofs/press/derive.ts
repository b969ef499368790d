// The press file is derived first, once; then the proof is drawn from it.
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { openPdf } from '../artwork/pdf';
import type { Fix, PreflightReport, PressFile, PressStep } from '../contract';
import { sha256OfFile } from '../fingerprint';
import type { Artwork } from '../look';
import { pressPdf } from './pdf';
import { pressPicture } from './picture';

export interface Derived {
  press: PressFile;
  /** What the proof is drawn from: the press file itself. */
  artwork: Artwork;
  /** Removes what was only needed for the drawing. */
  clear(): Promise<void>;
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
    const { path, steps, scraps, ...pressed } = await pressPicture(artwork, artwork_path, fixes, out_folder);
    return {
      press: await described(report, fixes, path, steps),
      artwork: pressed.artwork,
      clear: async () => {
        for (const scrap of scraps) await rm(scrap, { force: true });
      },
    };
  }
  const { path, steps } = await pressPdf(artwork, fixes, out_folder);
  return {
    press: await described(report, fixes, path, steps),
    artwork: path ? await openPdf(path, artwork.look.specification) : artwork,
    clear: async () => {},
  };
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
