// A clock that a test moves forward: for the portal and the stand-in alike, because both live in this process.
const RealDate = Date;
let ahead_ms = 0;

class ShiftedDate extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length > 0) super(given[0] as string);
    else super(RealDate.now() + ahead_ms);
  }
  static override now(): number {
    return RealDate.now() + ahead_ms;
  }
}

export function shiftClock(): void {
  ahead_ms = 0;
  globalThis.Date = ShiftedDate as DateConstructor;
}

export function pass(milliseconds: number): void {
  ahead_ms += milliseconds;
}

export function restoreClock(): void {
  globalThis.Date = RealDate;
}
