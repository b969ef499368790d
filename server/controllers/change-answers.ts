import type { Request, Response } from 'express';
import { Conflict, Invalid } from '../errors';
import * as changeRequest from '../models/change-request';
import { portal, staff } from '../portal';
import { text, textOrNull } from './form';
import { act, orderOf } from './staff-orders';

const ANSWERS = ['done', 'question', 'not_done'] as const;

/** What becomes of one point of a change request. */
export async function create(req: Request, res: Response): Promise<void> {
  const found = await orderOf(req);
  const point_id = String(req.params.point);
  const answer = ANSWERS.find((known) => known === text(req, 'answer'));
  const words = textOrNull(req, 'text', changeRequest.MAX_POINT_LENGTH);
  const given = { point_id, answer: answer ?? '', text: words ?? '' };
  await act(
    req,
    res,
    found,
    'answered',
    async () => {
      if (found.state !== 'changes_requested') throw new Conflict('conflict.submit_artwork');
      if (!answer) throw new Invalid({ answer: 'changes.answer_needed' });
      await changeRequest.answer(portal(req).db, found, point_id, { answer, text: words }, staff(req).id);
    },
    { given, field: `point-${point_id}` },
  );
}
