// Dates, times and counts in the reader's language and the shop's time zone.
import { DateTime } from 'luxon';
import type { Language } from './order';

const LOCALE: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' };

export type DateStyle = 'day' | 'date' | 'short' | 'time' | 'datetime' | 'moment';

/**
 * Words for an ISO instant, or for a plain 'YYYY-MM-DD' day. Styles: day "Friday 27 November",
 * date "27 November 2026", short "Fri 27 Nov", time "14:02", datetime "Fri 27 Nov, 14:02", moment "27/11/2026 14:02:11 CET".
 */
export function dateWords(iso: string, style: DateStyle, language: Language, time_zone: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(iso);
  const at = (
    isDay ? DateTime.fromISO(iso, { zone: time_zone }) : DateTime.fromISO(iso).setZone(time_zone)
  ).setLocale(LOCALE[language]);
  const short = at.toFormat(language === 'fr' ? 'ccc d LLL' : 'ccc d LLL').replace(/\./g, '');
  switch (style) {
    case 'day':
      return at.toFormat('cccc d LLLL');
    case 'date':
      return at.toFormat('d LLLL yyyy');
    case 'short':
      return short;
    case 'time':
      return at.toFormat('HH:mm');
    case 'datetime':
      return language === 'fr' ? `${short} à ${at.toFormat('HH:mm')}` : `${short}, ${at.toFormat('HH:mm')}`;
    case 'moment':
      return `${at.toFormat('dd/MM/yyyy HH:mm:ss')} ${at.offsetNameShort ?? ''}`.trim();
  }
}

export function pagesWords(count: number, language: Language): string {
  if (language === 'fr') return count === 1 ? 'l’unique page' : `les ${count} pages`;
  return count === 1 ? 'the only page' : `all ${count} pages`;
}

/** `quantity` as written in that language: "1,000 pieces". */
export function piecesWords(quantity: string, language: Language): string {
  if (quantity === '1') return language === 'fr' ? '1 exemplaire' : '1 piece';
  return language === 'fr' ? `${quantity} exemplaires` : `${quantity} pieces`;
}

/** "15 minutes after I sign", or "when I sign": a moment that is still true when the button is pressed. */
export function chargeWords(stop_window_minutes: number, language: Language): string {
  if (stop_window_minutes === 0) return language === 'fr' ? 'à la signature' : 'when I sign';
  return language === 'fr'
    ? `${stop_window_minutes} minutes après ma signature`
    : `${stop_window_minutes} minutes after I sign`;
}
