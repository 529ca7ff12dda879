const pattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Microseconds since 1970 of an RFC 3339 time or one of its shortened forms (UTC unless it says otherwise); undefined for other text. */
export function parseDatetimeUs(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, date, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const ms = Date.parse(`${date}T${minutes}${seconds}${offset}`);
  return Number.isNaN(ms) ? undefined : ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
