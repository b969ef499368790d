import type { Task } from '../models/task';
import type { Portal } from '../portal';

/** A task's own code: shallow. Throwing means "again, with patience"; see the two errors below for the exceptions. */
export type Run = (portal: Portal, task: Task) => Promise<void>;

/** There is nothing left to do: the world has moved on. */
export class Moot extends Error {}

/** Trying again is right, but under a new idempotency key: the old one replays a failure. */
export class TryAnew extends Error {}

/** No number of tries will help; a person must look. */
export class Hopeless extends Error {}
