export const FAULT_KINDS = [
  /** The work is done and the answer is lost: the connection breaks. */
  'drop_after_commit',
  /** Refused before it began: nothing is done and nothing is stored for the key. */
  'error_500',
  /** Nothing is done, and the 500 is stored for the key as Stripe does. */
  'sticky_500',
  /** The work is done, yet a 500 is answered and stored for the key. */
  'sticky_500_after_commit',
  /** The work is done and its webhooks leave before the answer does. */
  'slow',
] as const;

export interface Fault {
  next: (typeof FAULT_KINDS)[number];
  /** Only requests whose path contains this text. */
  path?: string;
  /** How many requests it strikes; 1 unless told. */
  times?: number;
  /** For `slow`. */
  ms?: number;
}

/** The fault for this request, if one is waiting; it is used up once. */
export function takeFault(faults: Fault[], path: string): Fault | undefined {
  const fault = faults.find((one) => !one.path || path.includes(one.path));
  if (!fault) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
  return fault;
}
