/** The ways in which a time may be written. */
export type TimeFormat = 'seconds' | 'milliseconds' | 'RFC 3339';

interface ReadTime {
  readonly format: TimeFormat;
  readonly ms: number;
}

interface TimeProblem {
  readonly problem: string;
  readonly hint: string;
}

/** 100,000,000,000 s are in the year 5138, as many ms in 1973: what a number counts is told by its size. */
const leastMilliseconds = 1e11;
const leastMicroseconds = 1e14;

const number = /^\d{1,20}(\.\d*)?$/;
const dateTime = /^(\d{4})-(\d\d)-(\d\d)[tT ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([zZ])|([+-])(\d\d):(\d\d))$/;
const withoutZone = /^\d{4}-\d\d-\d\d[tT ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** Milliseconds since the epoch; `undefined` where the calendar or the clock has no such time. */
function epochMs([, ...parts]: RegExpExecArray): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(0, 6).map(Number);
  const [fraction = '', , sign, zoneHours = '0', zoneMinutes = '0'] = parts.slice(6);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(hour, minute, second, Number(`${fraction}000`.slice(0, 3)));
  // What does not exist rolls over into what does.
  const exists =
    moment.getUTCFullYear() === year &&
    moment.getUTCMonth() === month - 1 &&
    moment.getUTCDate() === day &&
    moment.getUTCHours() === hour &&
    moment.getUTCMinutes() === minute &&
    moment.getUTCSeconds() === second &&
    Number(zoneHours) < 24 &&
    Number(zoneMinutes) < 60;
  const offsetMinutes = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  return exists ? moment.getTime() - offsetMinutes * 60_000 : undefined;
}

/** Reads Unix seconds, Unix milliseconds or RFC 3339, to the millisecond. */
export function timeIn(text: string): ReadTime | TimeProblem {
  const trimmed = text.trim();
  if (number.test(trimmed)) {
    const value = Number(trimmed);
    if (value >= leastMicroseconds) {
      return { problem: 'is in microseconds or finer', hint: 'divide it: Unix seconds, Unix milliseconds or RFC 3339 are read' };
    }
    return value >= leastMilliseconds
      ? { format: 'milliseconds', ms: Math.round(value) }
      : { format: 'seconds', ms: Math.round(value * 1000) };
  }
  if (withoutZone.test(trimmed)) {
    return { problem: 'names no time zone', hint: 'end it with Z or an offset such as +08:00' };
  }
  const match = dateTime.exec(trimmed);
  const ms = match === null ? undefined : epochMs(match);
  return ms === undefined
    ? { problem: 'is no time', hint: 'Unix seconds (1764000000), Unix milliseconds or RFC 3339 (2026-01-31T12:00:00Z) are read' }
    : { format: 'RFC 3339', ms };
}
