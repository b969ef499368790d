// Photographs of the print. The original is evidence and stays as it came; pages show a copy without its metadata.
import { randomUUID } from 'node:crypto';
import { NotFound } from '../errors';
import { shownName } from './artwork';
import { type Db, now, type Trx } from './database';
import * as file from './file';
import * as task from './task';

export interface Photo {
  id: string;
  order_id: string;
  kind: 'quality' | 'delivery' | 'claim';
  /** What it belongs to, when an order may have several: a claim. */
  subject_id: string | null;
  /** The proof's page that it stands beside; from 1. */
  page: number | null;
  file_sha256: string;
  name: string;
  bytes: number;
  media_type: string;
  staff_id: string | null;
  received_at: string;
  /** The copy that may be shown; null while it is being made. */
  shown_sha256: string | null;
  is_broken: boolean;
}

export interface PhotoUpload {
  sha256: string;
  bytes: number;
  media_type: string;
  name: string;
}

/** A phone's best picture is a third of this. */
export const MAX_PHOTO_BYTES = 30 * 1024 * 1024;

const parse = ({ shown_sha256, ...row }: Record<string, unknown>): Photo =>
  ({
    ...row,
    bytes: Number(row.bytes),
    shown_sha256: shown_sha256 || null,
    is_broken: shown_sha256 === file.CANNOT_BE_SHOWN,
  }) as unknown as Photo;

const withCopy = (db: Db) =>
  db('photos')
    .join('files', 'files.sha256', 'photos.file_sha256')
    .select('photos.*', 'files.shown_sha256')
    .orderBy(['photos.received_at', 'photos.id']);

/** Keeps one photograph and has its copy made. The caller writes the event that says what it is for. */
export async function keep(
  trx: Trx,
  order_id: string,
  upload: PhotoUpload,
  about: Pick<Photo, 'kind' | 'subject_id' | 'page' | 'staff_id'>,
): Promise<Photo> {
  const { sha256, bytes, media_type } = upload;
  const id = randomUUID();
  await file.note(trx, { sha256, bytes, media_type });
  await trx('photos').insert({
    id,
    order_id,
    ...about,
    file_sha256: sha256,
    name: shownName(upload.name),
    bytes,
    media_type,
    received_at: now(),
  });
  await task.enqueue(trx, 'copy_photo', { sha256 }, { key: `photo:${sha256}`, order_id });
  return findPhoto(trx, order_id, id);
}

/** The order's photographs of one kind, oldest first. */
export async function ofOrder(db: Db, order_id: string, kind: Photo['kind']): Promise<Photo[]> {
  return (await withCopy(db).where({ order_id, kind })).map(parse);
}

/** Photographs that belong to one claim. */
export async function ofSubject(db: Db, subject_id: string): Promise<Photo[]> {
  return (await withCopy(db).where({ subject_id })).map(parse);
}

export async function findPhoto(db: Db, order_id: string, id: string): Promise<Photo> {
  const row = await withCopy(db).where({ order_id, 'photos.id': id }).first();
  if (!row) throw new NotFound();
  return parse(row);
}
