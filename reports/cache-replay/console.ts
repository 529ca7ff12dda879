import pc from 'picocolors';
import type { CacheReplay, CacheReplayPoint } from '../../harness/contract/cache-replay.ts';
import { absent, percent } from '../numbers.ts';
import { strings } from '../strings.ts';
import { type Cell, type Line, laidOut, wrapped } from '../terminal-table.ts';
import { pointAt, rankedPolicies, sizeHead, sizeText } from './figures.ts';
import { cacheReplayAnswer, findingText, popularityText, reuseText, samplingText } from './sentences.ts';
import { cacheReplayStrings } from './strings.ts';

export interface ConsoleOptions {
  readonly color: boolean;
  readonly columns: number;
  readonly paths: readonly string[];
}

const weights = [
  ['byteMissRatio', 'bytes'],
  ['tokenMissRatio', 'tokens'],
  ['secondsMissRatio', 'seconds'],
] as const;

/** The table of a replay with its answer, as stdout gets it. */
export function renderCacheReplayConsole(result: CacheReplay, { color, columns, paths }: ConsoleOptions): string {
  const s = cacheReplayStrings.en;
  const { bold, dim } = pc.createColors(color);
  const answer = cacheReplayAnswer(result, s);
  const { comparedSize } = result;
  const sizes = (result.policies[0]?.points ?? []).map(({ size }) => size);
  const ranked = rankedPolicies(result);
  const right = (text: string): Cell => ({ text, right: true });
  const ratio = (value: number | undefined) => right(value === undefined ? absent : percent(value));
  const line = (title: string, points: readonly CacheReplayPoint[]): Line => {
    const compared = pointAt({ points }, comparedSize);
    return [
      { text: title },
      ...sizes.map((size) => ratio(pointAt({ points }, size)?.missRatio)),
      ...(result.sampling.rate < 1
        ? [right(compared?.interval === undefined ? absent : `± ${percent((compared.interval.high - compared.interval.low) / 2)}`)]
        : []),
      ...weights.filter(([field]) => ranked[0]?.point[field] !== undefined).map(([field]) => ratio(compared?.[field])),
    ];
  };
  const at = sizeText(result, comparedSize, s);
  const heads = [
    `miss %, ${s.limit[result.limit].unit}`,
    ...sizes.map((size) => (size === comparedSize && color ? bold(sizeHead(result, size)) : sizeHead(result, size))),
    ...(result.sampling.rate < 1 ? [`95 % at ${at}`] : []),
    ...weights.filter(([field]) => ranked[0]?.point[field] !== undefined).map(([, unit]) => `${s.unit[unit]} at ${at}`),
  ];
  const rows = [
    ...ranked.map(({ policy }) => line(policy.title, policy.points)),
    ...result.bounds.map((bound) => line(bound.title, bound.points)),
  ];
  const paragraphs = [
    samplingText(result, s),
    ...answer.qualifiers,
    ...result.findings.map((finding) => findingText(finding, result, s)),
    ...popularityText(result.lenses, s),
    ...reuseText(result.lenses, s),
  ];
  return `${[
    ...wrapped(answer.headline, columns).map(bold),
    '',
    ...laidOut(heads, rows, dim),
    '',
    ...paragraphs.flatMap((text) => wrapped(text, columns - 2).map((each, place) => `${place === 0 ? '· ' : '  '}${each}`)),
    '',
    ...paths.map((file) => `${strings.en.product}: ${file}`),
  ].join('\n')}\n`;
}
