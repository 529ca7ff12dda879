import type { Interval } from '../harness/contract/common.ts';
import { type MetricId, metricDefinition } from '../harness/contract/metrics.ts';

/** Shown for what was not measured; the reason stands beside it. */
export const absent = '–';

const minus = '−';
const digits = 3;

/** A formatted number and the unit that belongs behind it or into the head of its column. */
export interface Figure {
  readonly text: string;
  readonly unit: string;
}

function grouped(plain: string): string {
  const [whole = '', fraction] = plain.split('.');
  const commas = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? commas : `${commas}.${fraction}`;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) {
    throw new RangeError(`NOT_A_FIGURE: ${value} cannot be printed; leave out what was not measured`);
  }
  return value;
}

/** Decimals that leave three significant digits after rounding, so that 99.96 becomes 100 and not 100.0. */
function decimalsFor(magnitude: number): number {
  if (magnitude === 0) {
    return 0;
  }
  const exponent = Number(magnitude.toExponential(digits - 1).split('e')[1]);
  return Math.min(20, Math.max(0, digits - 1 - exponent));
}

/** Three significant digits, comma from 1,000, true minus: 6.12, 41.7, 118, 0.0417, 1,230. Throws on NaN and infinities. */
export function significant(value: number): string {
  const magnitude = Math.abs(finite(value));
  const rounded = magnitude === 0 ? 0 : Number(magnitude.toPrecision(digits));
  const text = grouped(rounded.toFixed(decimalsFor(magnitude)));
  return value < 0 && rounded !== 0 ? `${minus}${text}` : text;
}

/** A count, exact: 72,000. */
export function count(value: number): string {
  return `${value < 0 ? minus : ''}${grouped(String(Math.abs(finite(value))))}`;
}

/** A share of one as per cent without the sign; what is not everything never rounds to 100. */
export function percent(share: number): string {
  const value = finite(share) * 100;
  const text = significant(value);
  if (text !== '100' || value >= 100) {
    return text;
  }
  const floored = Math.floor(value * 100) / 100;
  return value > 99.99 ? '> 99.99' : floored.toFixed(2);
}

/** Three decimals for recall and its kin; what is not 1 never rounds to 1. */
export function thousandths(value: number): string {
  const text = Math.abs(finite(value)).toFixed(digits);
  if (value < 1 && text === '1.000') {
    return '> 0.999';
  }
  return value < 0 && Number(text) !== 0 ? `${minus}${text}` : text;
}

/** A change or margin as signed per cent, three significant digits but at most two decimals: +16.6, −0.04. */
export function signedPercent(share: number): string {
  const value = finite(share) * 100;
  if (value === 0) {
    return '±0';
  }
  const magnitude = Math.abs(value);
  const decimals = Math.min(2, decimalsFor(magnitude));
  const rounded = decimals === 0 ? Number(magnitude.toPrecision(digits)) : magnitude;
  return `${value < 0 ? minus : '+'}${grouped(rounded.toFixed(decimals))}`;
}

/** Milliseconds below 1,000, then seconds; the decision is taken on the rounded value. */
export function duration(ms: number): Figure {
  const seconds = Number(Math.abs(finite(ms)).toPrecision(digits)) >= 1000;
  return seconds ? { text: significant(ms / 1000), unit: 's' } : { text: significant(ms), unit: 'ms' };
}

const binaryUnits: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Memory with the largest binary unit that keeps at least one whole. */
export function memory(bytes: number): Figure {
  let value = finite(bytes);
  let step = 0;
  while (Math.abs(value) >= 1023.5 && step < binaryUnits.length - 1) {
    value /= 1024;
    step += 1;
  }
  return { text: step === 0 && Number.isInteger(value) ? count(value) : significant(value), unit: binaryUnits[step] ?? 'B' };
}

/** A length of wall time in words: 41 min 12 s. */
export function span(ms: number): string {
  const total = Math.round(finite(ms) / 1000);
  const parts: string[] = [];
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (hours > 0) {
    parts.push(`${hours} h`);
  }
  if (hours > 0 || minutes > 0) {
    parts.push(`${minutes} min`);
  }
  parts.push(`${total % 60} s`);
  return parts.join(' ');
}

const inThousandths: ReadonlySet<MetricId> = new Set(['recall-at-10', 'ndcg-at-10', 'achieved-ratio']);

/** The one rule that turns a value of a registered metric into text; every renderer and language uses it. */
export function figure(metric: MetricId, value: number): Figure {
  if (inThousandths.has(metric)) {
    return { text: thousandths(value), unit: '' };
  }
  switch (metricDefinition(metric).unit) {
    case 'ms':
      return duration(value);
    case 'share':
      return { text: percent(value), unit: '%' };
    case 'bytes':
      return memory(value);
    case 'requests/s':
    case 'documents/s':
      return { text: significant(value), unit: '/s' };
    case 'tokens/s':
      return { text: significant(value), unit: 'tokens/s' };
    case 'documents':
      return { text: count(value), unit: '' };
    case 's/1k requests':
    case 's/1k documents':
      return { text: significant(value), unit: 's per 1k' };
    case 's':
      return { text: significant(value), unit: 's' };
    case 'replica-hours':
      return { text: significant(value), unit: 'replica-hours' };
    case 'per minute':
      return { text: significant(value), unit: '/min' };
    case 'per hour':
      return { text: significant(value), unit: '/h' };
    case 'ratio':
    case 'shards':
    case 'requests':
    case 'replicas':
    case 'units of cost':
      return { text: significant(value), unit: '' };
  }
}

/** A limit as its scenario states it: nothing is rounded, recall keeps three decimals. */
export function threshold(metric: MetricId, value: number): Figure {
  if (inThousandths.has(metric)) {
    return { text: value.toFixed(Math.max(digits, decimalsOf(value))), unit: '' };
  }
  switch (metricDefinition(metric).unit) {
    case 'ms':
      return { text: count(value), unit: 'ms' };
    case 'share':
      // Twelve digits hide the binary noise of the multiplication and nothing that a scenario would state.
      return { text: count(Number((value * 100).toPrecision(12))), unit: '%' };
    case 'bytes':
      return memory(value);
    case 'requests/s':
    case 'documents/s':
      return { text: count(value), unit: '/s' };
    case 'tokens/s':
      return { text: count(value), unit: 'tokens/s' };
    case 's/1k requests':
    case 's/1k documents':
      return { text: count(value), unit: 's per 1k' };
    case 's':
      return { text: count(value), unit: 's' };
    case 'replica-hours':
      return { text: count(value), unit: 'replica-hours' };
    case 'per minute':
      return { text: count(value), unit: '/min' };
    case 'per hour':
      return { text: count(value), unit: '/h' };
    case 'documents':
    case 'shards':
    case 'requests':
    case 'replicas':
    case 'ratio':
    case 'units of cost':
      return { text: count(value), unit: '' };
  }
}

function decimalsOf(value: number): number {
  return String(value).split('.')[1]?.length ?? 0;
}

/** Text and unit in one line; a rate binds its unit without a space. */
export function joined({ text, unit }: Figure): string {
  if (unit === '') {
    return text;
  }
  return unit.startsWith('/') ? `${text}${unit}` : `${text} ${unit}`;
}

/** `low–high` with an en dash, `low to high` when a bound is negative. */
export function range(low: string, high: string): string {
  return low.startsWith(minus) || high.startsWith(minus) ? `${low} to ${high}` : `${low}–${high}`;
}

/** Heads say "≥ 95 %", because exact intervals of few repetitions cover 96 or 97; only what covers less says so itself. */
export function coverage(confidence: number): string {
  return confidence >= 0.95 ? '' : `, ${percent(confidence)} %`;
}

/**
 * The interval of a value, both bounds in the unit in which the value itself is printed. Coverage below 95 % is
 * said.
 */
export function interval(metric: MetricId, value: number, { low, high, confidence }: Interval): string {
  const unit = figure(metric, value).unit;
  const bounds = range(inUnit(metric, low, unit), inUnit(metric, high, unit));
  return `${bounds}${coverage(confidence)}`;
}

function inUnit(metric: MetricId, value: number, unit: string): string {
  if (metricDefinition(metric).unit === 'ms') {
    return unit === 's' ? significant(value / 1000) : significant(value);
  }
  const step = binaryUnits.indexOf(unit);
  return metricDefinition(metric).unit === 'bytes' && step >= 0 ? significant(value / 1024 ** step) : figure(metric, value).text;
}

/** 1.97 × as three significant digits. */
export function ratio(value: number): string {
  return `${significant(value)} ×`;
}

/** Upper 95 % bound of a share of which none was seen in `samples` (rule of three), as per cent; undefined for no sample. */
export function zeroBound(samples: number): string | undefined {
  return samples > 0 ? percent(Math.min(1, 3 / samples)) : undefined;
}
