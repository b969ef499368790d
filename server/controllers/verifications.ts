// "Is this paper yours?": for anybody who holds a file or a printed record. It answers that and nothing else.
import type { Request, Response } from 'express';
import { readVerificationCode, verificationCode } from '../link';
import { CHECK_LIMIT_BYTES, measuredOrNull } from '../middleware/measure';
import * as verification from '../models/verification';
import { portal } from '../portal';
import { type Shown, text } from './form';

const MEGABYTE = 1024 ** 2;
const CODE_LENGTH = 40;

type Verdict = 'genuine' | 'altered' | 'unknown';

interface Result {
  kind: 'file' | 'code';
  verdict: Verdict;
  sha256: string | null;
  code: string | null;
  signed_at: string | null;
}

function page(res: Response, result: Result | null, errors: Shown[] = []): void {
  res.set('Cache-Control', 'no-store');
  res.render('verifications/form', { result, errors, limit_mb: CHECK_LIMIT_BYTES / MEGABYTE });
}

export function form(_req: Request, res: Response): void {
  page(res, null);
}

export async function create(req: Request, res: Response): Promise<void> {
  const { t } = res.locals;
  const refuse = (status: number, field: string, key: string) => {
    res.status(status);
    page(res, null, [{ field, message: t(key, { mb: CHECK_LIMIT_BYTES / MEGABYTE }) }]);
  };
  if (res.locals.is_too_long) return refuse(413, 'paper', 'verify:file.too_long');
  const typed = text(req, 'code', CODE_LENGTH);
  if (typed) {
    const read = readVerificationCode(typed);
    return read ? res.redirect(303, `/verify/${read.code}`) : refuse(422, 'code', 'verify:code.malformed');
  }
  if (req.body?.code !== undefined) return refuse(422, 'code', 'verify:code.missing');
  const measured = measuredOrNull(req);
  if (!measured) return refuse(422, 'paper', 'verify:file.missing');
  const verdict = (await verification.isIssued(portal(req).db, measured.sha256))
    ? 'genuine'
    : measured.isMarked
      ? 'altered'
      : 'unknown';
  page(res, { kind: 'file', verdict, sha256: measured.sha256, code: null, signed_at: null });
}

export async function show(req: Request, res: Response): Promise<void> {
  const { db, config } = portal(req);
  const read = readVerificationCode(String(req.params.code).slice(0, CODE_LENGTH));
  const found = read
    ? (await verification.approvalsBeginning(db, read.id_prefix)).find(
        ({ id }) => verificationCode(config, id) === read.code,
      )
    : undefined;
  if (!found) res.status(404);
  page(res, {
    kind: 'code',
    verdict: found ? 'genuine' : 'unknown',
    sha256: null,
    code: read?.code ?? null,
    signed_at: found?.signed_at ?? null,
  });
}
