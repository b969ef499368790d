import { DateTime } from 'luxon';
import type { Language } from './words';

export interface Moment {
  /** `24 nov. 2026, 14:02:11 (Europe/Paris, UTC+1)` */
  local: string;
  /** `14:02:11 (UTC+1)` */
  local_time: string;
  /** `2026-11-24 13:02:11.482 UTC` */
  utc: string;
}

/** The same moment on the shop's clock and in UTC; null when `at` is no time at all. */
export function momentOf(at: string | null, zone: string, language: Language): Moment | null {
  const utc = DateTime.fromISO(at ?? '', { zone: 'utc' });
  if (!utc.isValid) return null;
  const inShop = utc.setZone(zone);
  const local = (inShop.isValid ? inShop : utc).setLocale(language === 'en' ? 'en-GB' : 'fr');
  const offset = local.offset === 0 ? 'UTC' : `UTC${local.toFormat('Z')}`;
  return {
    local: `${local.toFormat('d LLL yyyy, HH:mm:ss')} (${local.zoneName}, ${offset})`,
    local_time: `${local.toFormat('HH:mm:ss')} (${offset})`,
    utc: `${utc.toFormat('yyyy-MM-dd HH:mm:ss.SSS')} UTC`,
  };
}
