// Outside time for a signature: asked for after it was signed, and again until it comes or a person must look.
import * as approval from '../models/approval';
import * as timestamp from '../models/timestamp';
import { Moot, type Run } from './task-context';

export const stampApproval: Run = async ({ db, time_authority }, task) => {
  if (!time_authority) throw new Moot('no time stamp authority is set');
  const signed = await approval.findApproval(db, String(task.payload.approval_id));
  if (await timestamp.findOrNull(db, 'approval', signed.id)) return;
  await timestamp.keepForApproval(db, signed, await time_authority.stamp(signed.event_hash));
};
