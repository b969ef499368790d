/** What a demonstration card does. Numbers are Stripe's published test numbers unless `ours` is set. */
export interface Card {
  key: string;
  number: string;
  brand: 'visa' | 'mastercard';
  needsAuthentication?: boolean;
  declinedWith?: 'generic_decline' | 'insufficient_funds';
  failsAtCapture?: boolean;
  holdLasts_s?: number;
  isDisputedAfterCapture?: boolean;
  isWarnedAfterCapture?: boolean;
  refundsFailLater?: boolean;
  /** Shown as a choice on the payment page. */
  listed: boolean;
  ours?: boolean;
}

const HOUR_S = 3600;
export const HOLD_LASTS_S = 7 * 24 * HOUR_S;
export const SHORT_HOLD_LASTS_S = HOUR_S;

export const CARDS: Card[] = [
  { key: 'visa', number: '4242424242424242', brand: 'visa', listed: true },
  {
    key: 'authenticationRequired',
    number: '4000002500003155',
    brand: 'visa',
    needsAuthentication: true,
    listed: true,
  },
  {
    key: 'visa_chargeDeclined',
    number: '4000000000000002',
    brand: 'visa',
    declinedWith: 'generic_decline',
    listed: true,
  },
  {
    key: 'standIn_captureFails',
    number: '4000000000007015',
    brand: 'visa',
    failsAtCapture: true,
    listed: true,
    ours: true,
  },
  {
    key: 'standIn_shortHold',
    number: '4000000000007023',
    brand: 'visa',
    holdLasts_s: SHORT_HOLD_LASTS_S,
    listed: true,
    ours: true,
  },
  { key: 'mastercard', number: '5555555555554444', brand: 'mastercard', listed: false },
  {
    key: 'visa_chargeDeclinedInsufficientFunds',
    number: '4000000000009995',
    brand: 'visa',
    declinedWith: 'insufficient_funds',
    listed: false,
  },
  {
    key: 'createDispute',
    number: '4000000000000259',
    brand: 'visa',
    isDisputedAfterCapture: true,
    listed: false,
  },
  {
    key: 'createIssuerFraudRecord',
    number: '4000000000005423',
    brand: 'visa',
    isWarnedAfterCapture: true,
    listed: false,
  },
  { key: 'refundFail', number: '4000000000005126', brand: 'visa', refundsFailLater: true, listed: false },
];

export const LISTED_CARDS = CARDS.filter((card) => card.listed);

export function cardOfNumber(typed: string): Card | undefined {
  const digits = typed.replace(/[\s-]/g, '');
  return CARDS.find((card) => card.number === digits);
}

export function cardOfKey(key: string): Card {
  return CARDS.find((card) => card.key === key)!;
}

/** Stripe's ready-made payment methods: `pm_card_visa`, `pm_card_authenticationRequired`, … */
export function cardOfReadyMade(id: string): Card | undefined {
  return id.startsWith('pm_card_') ? CARDS.find((card) => `pm_card_${card.key}` === id) : undefined;
}

export function inGroupsOfFour(number: string): string {
  return number.replace(/(\d{4})(?=\d)/g, '$1 ');
}
