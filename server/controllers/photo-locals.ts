import type * as photo from '../models/photo';

/** A photograph as the staff pages show it. */
export const photoLocals = (base: string, names: Map<string, string>) => (each: photo.Photo) => ({
  ...each,
  url: each.shown_sha256 ? `${base}/photos/${each.id}/photo.webp` : null,
  original_url: `${base}/photos/${each.id}/original`,
  staff_name: each.staff_id ? (names.get(each.staff_id) ?? null) : null,
});
