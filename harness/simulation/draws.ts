import type { RandomStream } from '../../system/policies/random-stream.ts';
import { gammaDeviate } from '../arrivals/gamma-deviate.ts';
import type { ServiceTime } from '../contract/simulation.ts';

type Distribution = ServiceTime['distribution'];
type SettingsOf<D extends Distribution> = Extract<ServiceTime, { distribution: D }>;
/** Fills a buffer with draws, in ms. */
type Fill = (into: Float64Array) => void;

/** Draws made at a time: enough to keep the loop of one distribution hot, few enough to stay in the cache. */
const bufferLength = 256;

function eachBy(draw: () => number): Fill {
  return (into) => {
    for (let place = 0; place < into.length; place += 1) {
      into[place] = draw();
    }
  };
}

function empirical({ quantiles }: SettingsOf<'empirical'>, random: RandomStream): Fill {
  const shares = Float64Array.from(quantiles, ({ percentile }) => percentile / 100);
  const values = Float64Array.from(quantiles, ({ ms }) => ms);
  return eachBy(() => {
    const share = random.uniform();
    let low = 0;
    let high = shares.length - 1;
    // The last quantile at or below the share.
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((shares[middle] as number) <= share) {
        low = middle;
      } else {
        high = middle;
      }
    }
    const from = values[low] as number;
    const into = (share - (shares[low] as number)) / ((shares[high] as number) - (shares[low] as number));
    return from + into * ((values[high] as number) - from);
  });
}

/** Every distribution of service times. To add one: its settings in `serviceTimeSchema`, its draws and its mean here. */
const fills: { readonly [D in Distribution]: (settings: SettingsOf<D>, random: RandomStream) => Fill } = {
  constant:
    ({ ms }) =>
    (into) =>
      void into.fill(ms),
  exponential:
    ({ meanMs }, random) =>
    (into) => {
      for (let place = 0; place < into.length; place += 1) {
        into[place] = meanMs * random.exponential();
      }
    },
  gamma({ meanMs, cv }, random) {
    const scale = cv * cv;
    const deviate = gammaDeviate(random, 1 / scale);
    return eachBy(() => meanMs * scale * deviate());
  },
  lognormal({ meanMs, cv }, random) {
    const variance = Math.log1p(cv * cv);
    const sigma = Math.sqrt(variance);
    const median = meanMs * Math.exp(-variance / 2);
    return eachBy(() => median * Math.exp(sigma * random.normal()));
  },
  empirical,
};

function fillOf<D extends Distribution>(settings: { distribution: D } & SettingsOf<D>, random: RandomStream): Fill {
  return fills[settings.distribution](settings, random);
}

/** Draws of one stream, made some at a time and given one by one: the n-th is the same whatever happens in between. */
export class Draws {
  readonly #fill: Fill;
  readonly #buffer = new Float64Array(bufferLength);
  #place = bufferLength;

  constructor(fill: Fill) {
    this.#fill = fill;
  }

  next(): number {
    if (this.#place === bufferLength) {
      this.#fill(this.#buffer);
      this.#place = 0;
    }
    const value = this.#buffer[this.#place] as number;
    this.#place += 1;
    return value;
  }
}

/** Service times in ms. */
export function serviceTimes(settings: ServiceTime, random: RandomStream): Draws {
  return new Draws(fillOf(settings, random));
}

/** Uniform in [0, 1). */
export function uniforms(random: RandomStream): Draws {
  return new Draws(eachBy(() => random.uniform()));
}

/** The mean of a service time, ms. */
export function meanServiceMs(settings: ServiceTime): number {
  switch (settings.distribution) {
    case 'constant':
      return settings.ms;
    case 'exponential':
    case 'gamma':
    case 'lognormal':
      return settings.meanMs;
    case 'empirical': {
      const { quantiles } = settings;
      return quantiles.reduce((sum, { percentile, ms }, index) => {
        const before = quantiles[index - 1];
        return before === undefined ? sum : sum + ((percentile - before.percentile) / 100) * ((ms + before.ms) / 2);
      }, 0);
    }
  }
}
