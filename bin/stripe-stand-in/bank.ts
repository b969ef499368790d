import type { Books } from './books';
import type { Fault } from './faults';

/** One request and what was answered, for whoever compares them with the SDK's types. */
export interface Exchange {
  method: string;
  path: string;
  form: string;
  status: number;
  answer: string;
}

/** What every request works on. */
export interface Bank {
  books: Books;
  faults: Fault[];
  /** Idempotency keys whose first request has not been answered yet. */
  busy_keys: Set<string>;
  /** Where a browser reaches the hosted pages, without a slash at the end. */
  public_base: string;
  shop_name?: string;
  /** Is told of every request and its answer. */
  witness?: (exchange: Exchange) => void;
  /** Writes the books to their file, if there is one. */
  save(): void;
  /** Sends the webhooks that are due. */
  deliver(): void;
}
