import type { Fix, PrintSpecification } from '../contract';
import type { Artwork, SharedArtwork } from '../look';
import { drawnFromPlates } from '../press/plates';
import { openDrawing } from './drawing';
import type { Kind } from './identify';
import { openPdf, openSharedPdf } from './pdf';
import { openPicture, sharedPicture } from './picture';

/** Throws Refused. */
export async function openArtwork(
  path: string,
  kind: Kind,
  specification: PrintSpecification,
  fixes: Fix[],
): Promise<Artwork> {
  if (kind === 'pdf') return openPdf(path, specification, fixes);
  if (kind === 'svg') return openDrawing(path, specification);
  return openPicture(path, kind, specification);
}

/** What another thread has opened and shared. */
export async function openShared(shared: SharedArtwork): Promise<Artwork> {
  if (shared.kind === 'pdf') return openSharedPdf(shared);
  if (shared.kind === 'plates') return drawnFromPlates(shared.look, shared.plates);
  const { path, kind, look } = shared;
  return kind === 'svg' ? openDrawing(path, look.specification) : sharedPicture(path, kind, look);
}
