import type { Request, Response } from 'express';
import { Conflict, Invalid } from '../errors';
import { uploadOrNull } from '../middleware/upload';
import * as changeRequest from '../models/change-request';
import * as order from '../models/order';
import type { Proof } from '../models/proof';
import { portal, room } from '../portal';
import { type Shown, sentences, textOrNull, written } from './form';
import { currentProof } from './proofs';

interface RawPoint {
  page?: unknown;
  x?: unknown;
  y?: unknown;
  reason?: unknown;
  text?: unknown;
}

const fraction = (value: unknown): number | null => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return number >= 0 && number <= 1 ? number : null;
};

/** Points without words are left out: a pin that says nothing asks for nothing. */
function readPoints(req: Request, proof: Proof) {
  const sent: unknown = req.body?.points;
  const raw: RawPoint[] = Array.isArray(sent)
    ? sent
    : Object.values((sent as Record<string, RawPoint>) ?? {});
  return raw
    .filter((point) => point && typeof point.text === 'string' && point.text.trim() !== '')
    .map((point) => {
      const page = Number(point.page);
      return {
        page: proof.pages.some(({ number }) => number === page) ? page : 1,
        x: fraction(point.x),
        y: fraction(point.y),
        reason: changeRequest.REASONS.find((reason) => reason === point.reason) ?? ('other' as const),
        text: written(point.text as string, changeRequest.MAX_POINT_LENGTH),
      };
    });
}

async function render(
  req: Request,
  res: Response,
  proof: Proof,
  status: number,
  errors: Shown[],
): Promise<void> {
  const { db } = portal(req);
  const { base, counter } = room(req);
  const placed = order.placed(room(req).order);
  const url = `${base}/proof/${proof.version}`;
  const words = placed.specification.words[res.locals.lang as order.Language];
  res.status(status).render('proofs/changes', {
    proof: {
      version: proof.version,
      pages: proof.pages.map((page) => ({
        ...page,
        image_url: `${url}/pages/${page.number}/image.webp`,
        thumb_url: `${url}/pages/${page.number}/thumbnail.webp`,
      })),
    },
    order: { ref: placed.ref, product: words.name, currency: placed.currency, url: base },
    round: {
      number: (await changeRequest.roundsUsed(db, placed.id)) + 1,
      included: placed.specification.included_rounds,
      extra_cents: placed.specification.extra_round_cents,
    },
    reasons: changeRequest.REASONS,
    max_points: changeRequest.MAX_POINTS,
    form: {
      action: `${url}/changes`,
      values: { points: status === 200 ? [] : readPoints(req, proof), note: textOrNull(req, 'note') ?? '' },
      errors,
    },
    links: { back: url },
    kiosk: counter !== null,
  });
}

export async function form(req: Request, res: Response): Promise<void> {
  const { order: found, base } = room(req);
  const proof = await currentProof(req);
  if (found.state !== 'proofed') {
    res.redirect(303, base);
    return;
  }
  await render(req, res, proof, 200, []);
}

export async function create(req: Request, res: Response): Promise<void> {
  const { order: found, base, counter } = room(req);
  const proof = await currentProof(req);
  try {
    await changeRequest.request(portal(req).db, found, proof, {
      points: readPoints(req, proof),
      note: textOrNull(req, 'note', changeRequest.MAX_NOTE_LENGTH),
      upload: uploadOrNull(req),
    });
  } catch (error) {
    if (error instanceof Invalid) return render(req, res, proof, 422, sentences(res, error));
    if (error instanceof Conflict) {
      return render(req, res, proof, 409, [
        { field: 'points', message: res.locals.t(`errors:${error.key}.text`) },
      ]);
    }
    throw error;
  }
  portal(req).wake();
  res.redirect(303, counter ? `${base}/changes-sent` : `${base}?changes=sent`);
}
