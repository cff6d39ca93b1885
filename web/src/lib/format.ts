// Numbers, times and spans as people read them. Times come as UTC epoch seconds and are shown in the viewer's zone.

const LOCALE = typeof navigator === 'undefined' ? 'en' : navigator.language;

const NUMBER = new Intl.NumberFormat(LOCALE);
const PERCENT = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 0 });
const DATE_TIME = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
const HOUR_MINUTE = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'short' });
const TIME = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });

export const count = (value: number): string => NUMBER.format(value);
export const percent = (part: number, whole: number): string => PERCENT.format(whole === 0 ? 0 : part / whole);

export function dateTime(utcS: number | null): string {
  return utcS === null ? '' : DATE_TIME.format(utcS * 1000);
}

/** The viewer's zone, as "Europe/Rome". */
export const zone = (): string => DATE_TIME.resolvedOptions().timeZone;

/** As on a clock on the wall: without seconds. */
export const hourMinute = (utcS: number): string => HOUR_MINUTE.format(utcS * 1000);

/** Only the time for today, else date and time. */
export function moment(utcS: number | null, nowS = Date.now() / 1000): string {
  if (utcS === null) return '';
  const same = new Date(utcS * 1000).toDateString() === new Date(nowS * 1000).toDateString();
  return (same ? TIME : DATE_TIME).format(utcS * 1000);
}

/** 65 -> "1:05", 3725 -> "1:02:05"; never negative. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const s = String(whole % 60).padStart(2, '0');
  const m = Math.floor(whole / 60) % 60;
  const h = Math.floor(whole / 3600);
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** 90061 ms -> "1:30"; short spans keep a decimal: 4200 -> "4.2 s". */
export function span(ms: number | null): string {
  if (ms === null) return '';
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : clock(ms / 1000);
}

/** Seconds after midnight as "HH:MM"; 86400 is "24:00". */
export function dayTime(seconds: number): string {
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  return `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`;
}

/** The reverse; null for what is not a time. */
export function parseDayTime(text: string): number | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!found) return null;
  const seconds = Number(found[1]) * 3600 + Number(found[2]) * 60;
  return Number(found[2]) < 60 && seconds <= 86_400 ? seconds : null;
}

/** A share of 0 to 1 as percent; nothing for none. */
export const share = (value: number | null): string => (value === null ? '' : PERCENT.format(value));

/** The local day as a date field has it: "2026-12-24". */
export function today(now = new Date()): string {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}

/** E.164 in readable groups, without knowing the country: "+41445550123" -> "+41 445 550 123". */
export function phone(number: string): string {
  const found = /^\+(\d{7,15})$/.exec(number);
  if (!found) return number;
  const digits = found[1]!;
  if (digits.length === 11 && digits.startsWith('1')) return `+1 ${digits.slice(1, 4)} ${digits.slice(4, 7)} ${digits.slice(7)}`;
  const code = digits.startsWith('1') || digits.startsWith('7') ? 1 : 2;
  const rest = digits.slice(code);
  const groups: string[] = [];
  for (let end = rest.length; end > 0; end -= 3) groups.unshift(rest.slice(Math.max(0, end - 3), end));
  if (groups.length > 1 && groups[0]!.length === 1) groups.splice(0, 2, groups[0]! + groups[1]!);
  return `+${digits.slice(0, code)} ${groups.join(' ')}`;
}

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < 1024 ** 2) return `${(size / 1024).toFixed(1)} kB`;
  return `${(size / 1024 ** 2).toFixed(1)} MB`;
}
