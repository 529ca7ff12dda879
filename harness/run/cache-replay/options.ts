import type { Lifetime } from '../../../system/policies/caching/lifetime.ts';
import type { PolicyEntry } from '../../../system/policies/caching/policy.ts';
import type { RandomStream } from '../../../system/policies/random-stream.ts';
import type { CacheLimit } from '../../simulation/cache-replay/sizes.ts';
import type { TraceFormatId } from '../../traces/formats/index.ts';

/** The popularity from which keys are drawn for a trace that has none. */
export interface DrawnKeys {
  readonly keys: number;
  readonly exponent: number;
  readonly neverRepeatedShare: number;
}

export type NamedPolicy = Pick<PolicyEntry, 'title' | 'source' | 'create'> & { readonly id: string };

/** How long keys live, and what a bound may assume of it. */
export interface ReplayLifetime {
  readonly expiry: string;
  /** As it was asked for. */
  readonly ttl: string;
  readonly longestSeconds: number;
  create(random: RandomStream): Lifetime<number>;
}

export interface CacheReplayOptions {
  readonly file: string;
  readonly format: TraceFormatId;
  readonly policies: readonly NamedPolicy[];
  readonly sizes: readonly string[];
  readonly limit: CacheLimit;
  readonly lifetime: ReplayLifetime | undefined;
  /** `auto` samples what would take too long, `none` never does, a number is the share of the keys. */
  readonly sample: 'auto' | 'none' | number;
  readonly drawnKeys: DrawnKeys | undefined;
  readonly seed: number;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, message: string) => void;
  readonly onNote: (text: string) => void;
}
