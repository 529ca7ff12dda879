import { Failure } from '../../contract/failure.ts';

export type CacheLimit = 'entries' | 'bytes';

/** A size as it was asked for: a number in the unit of the limit, or a share of everything. */
export type AskedSize = { readonly text: string; readonly amount: number } | { readonly text: string; readonly share: number };

const units: Readonly<Record<string, number>> = { '': 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

export const defaultSizes = ['0.5%', '1%', '2%', '5%', '10%', '20%', '40%'] as const;

/** Reads `100`, `1%` or, by bytes, `64MiB`. Throws `Failure` `invalid_size` (78) for anything else and for what is not above 0. */
export function askedSize(text: string, limit: CacheLimit): AskedSize {
  const [, number = '', unit = ''] = /^([+-]?[\d.]+(?:e\d+)?)\s*(%|[A-Za-z]*)$/.exec(text.trim()) ?? [];
  const value = number === '' ? Number.NaN : Number(number);
  const scale = unit === '%' ? 0.01 : units[unit];
  if (!Number.isFinite(value) || scale === undefined) {
    throw invalidSize(text, 'is no size', limit);
  }
  if (value <= 0) {
    throw invalidSize(text, 'is not above 0', limit);
  }
  if (unit === '%') {
    if (value > 100) {
      throw invalidSize(text, 'is more than everything', limit);
    }
    return { text, share: value * scale };
  }
  if (limit === 'entries' && (unit !== '' || !Number.isInteger(value))) {
    throw invalidSize(text, 'is no whole number of entries', limit);
  }
  return { text, amount: Math.round(value * scale) };
}

function invalidSize(text: string, why: string, limit: CacheLimit): Failure {
  return new Failure('configuration', 'invalid_size', `size "${text}" ${why}`, {
    hint: limit === 'entries' ? 'entries or a share of the keys, such as 100 or 1%' : 'bytes or a share of all bytes, such as 64MiB or 1%',
  });
}

/**
 * Sizes in entries or bytes, ascending and each once. `everything` is all keys or all their bytes. Throws `Failure`
 * `size_beyond_keys` (78): a cache larger than everything would compare nothing.
 */
export function resolvedSizes(asked: readonly AskedSize[], everything: number, limit: CacheLimit): number[] {
  const sizes = asked.map((size) => {
    const amount = 'share' in size ? Math.max(1, Math.round(size.share * everything)) : size.amount;
    if (amount > everything) {
      throw new Failure(
        'configuration',
        'size_beyond_keys',
        `size "${size.text}" is larger than all ${limit === 'entries' ? `${everything} keys` : `${everything} bytes of distinct keys`} of the trace`,
        { hint: 'every policy would hold everything: ask for at most 100%' },
      );
    }
    return amount;
  });
  return [...new Set(sizes)].sort((a, b) => a - b);
}
