// Which columns hold numbers: by name, else by what most rows look like. Only to mark them for the eye: the server decides.

const NAMES = /^(number|phone|tel|mobile|msisdn|nummer|telefon|numero|cell)/i;
const LOOKS = /^\+?[\d\s()./-]{6,20}$/;
const SHARE_MIN = 0.6;

export function numberColumns(columns: readonly string[], rows: readonly (readonly string[])[]): boolean[] {
  const named = columns.map((name) => NAMES.test(name.trim()));
  if (named.some(Boolean) || rows.length === 0) return named;
  return columns.map((_, index) => rows.filter((row) => LOOKS.test((row[index] ?? '').trim())).length / rows.length >= SHARE_MIN);
}
