import { randomStream } from '../../system/policies/random-stream.ts';
import type { ServiceTime, SimulatedSystem } from '../contract/simulation.ts';
import { createZipf } from '../corpus/zipf.ts';
import { type Draws, serviceTimes, uniforms } from './draws.ts';
import type { Requests } from './requests.ts';

/** Work that requests bring, summed over the time in which they arrive. */
interface Offered {
  requests: number;
  /** On the CPU of a query replica. */
  ownMs: number;
  /** Of all shards together, and of the slowest of each request. */
  searchMs: number;
  slowestSearchMs: number;
  embedMs: number;
  generateMs: number;
}

const nothing = (): Offered => ({ requests: 0, ownMs: 0, searchMs: 0, slowestSearchMs: 0, embedMs: 0, generateMs: 0 });

/**
 * Draws what each request needs at the moment when it arrives, each kind from a stream of its own: the n-th request brings the same work
 * whatever becomes of those before it, under every scaling rule, and in every attempt.
 */
export class Work {
  /** Since the beginning, and since the last call of `startOver`. */
  readonly offered = nothing();
  recent = nothing();
  readonly #gateway: Draws;
  readonly #prepare: Draws;
  readonly #finish: Draws;
  readonly #lookup: Draws | undefined;
  readonly #embed: Draws;
  readonly #search: Draws;
  readonly #generate: Draws;
  readonly #straggler: Draws | undefined;
  readonly #stragglerShare: number;
  readonly #stragglerFactor: number;
  readonly #backoff: Draws | undefined;
  readonly #nextKey: () => number;

  constructor(system: SimulatedSystem, seed: number) {
    const stream = (name: string) => randomStream(seed, `simulation:${name}`);
    const times = (name: string, serviceTime: ServiceTime) => serviceTimes(serviceTime, stream(name));
    const { gateway, query, answerCache, embed, vector, provider, client } = system;
    this.#gateway = times('gateway', gateway.serviceTime);
    this.#prepare = times('prepare', query.prepare);
    this.#finish = times('finish', query.finish);
    this.#lookup = answerCache === undefined ? undefined : times('lookup', answerCache.lookup);
    this.#embed = times('embed', embed);
    this.#search = times('search', vector.serviceTime);
    this.#generate = times('generate', provider.generate);
    this.#straggler = vector.straggler === undefined ? undefined : uniforms(stream('straggler'));
    this.#stragglerShare = vector.straggler?.share ?? 0;
    this.#stragglerFactor = vector.straggler?.factor ?? 1;
    this.#backoff = client.retries === undefined ? undefined : uniforms(stream('retries'));
    this.#nextKey = nextKey(answerCache, stream('cache'), stream('cache-repeats'));
  }

  /** From now on `recent` counts anew. */
  startOver(): void {
    this.recent = nothing();
  }

  /** Fills in the needs of a request. */
  draw(requests: Requests, request: number): void {
    const prepareMs = this.#prepare.next();
    const finishMs = this.#finish.next();
    const embedMs = this.#embed.next();
    const generateMs = this.#generate.next();
    requests.gatewayMs[request] = this.#gateway.next();
    requests.prepareMs[request] = prepareMs;
    requests.finishMs[request] = finishMs;
    requests.embedMs[request] = embedMs;
    requests.generateMs[request] = generateMs;
    if (this.#lookup !== undefined) {
      requests.lookupMs[request] = this.#lookup.next();
      requests.cacheDraw[request] = this.#nextKey();
    }
    let searchMs = 0;
    let slowestMs = 0;
    const { shards, searchMs: column } = requests;
    const from = request * shards;
    for (let item = from; item < from + shards; item += 1) {
      let ms = this.#search.next();
      if (this.#straggler !== undefined && this.#straggler.next() < this.#stragglerShare) {
        ms *= this.#stragglerFactor;
      }
      column[item] = ms;
      searchMs += ms;
      slowestMs = ms > slowestMs ? ms : slowestMs;
    }
    if (this.#backoff !== undefined) {
      const { backoffs, retryDraws } = requests;
      for (let retry = 0; retry < retryDraws; retry += 1) {
        backoffs[request * retryDraws + retry] = this.#backoff.next();
      }
    }
    const { recent } = this;
    add(this.offered, prepareMs + finishMs, searchMs, slowestMs, embedMs, generateMs);
    add(recent, prepareMs + finishMs, searchMs, slowestMs, embedMs, generateMs);
  }
}

function add(offered: Offered, ownMs: number, searchMs: number, slowestMs: number, embedMs: number, generateMs: number): void {
  offered.requests += 1;
  offered.ownMs += ownMs;
  offered.searchMs += searchMs;
  offered.slowestSearchMs += slowestMs;
  offered.embedMs += embedMs;
  offered.generateMs += generateMs;
}

type Stream = ReturnType<typeof randomStream>;

/** What is drawn for the answer cache: a uniform number where it finds by chance, a key where a policy decides; 0 without a cache. */
function nextKey(cache: SimulatedSystem['answerCache'], keys: Stream, repeats: Stream): () => number {
  if (cache === undefined) {
    return () => 0;
  }
  const { content } = cache;
  if (content.model === 'hit-ratio') {
    const draws = uniforms(keys);
    return () => draws.next();
  }
  const { count, exponent, neverRepeatedShare } = content.keys;
  const zipf = createZipf(count, exponent);
  let unique = count;
  return () => {
    // Both are drawn for every request, so that another share leaves the keys of the others as they are.
    const rank = zipf.rankAt(keys.uniform());
    if (repeats.uniform() >= neverRepeatedShare) {
      return rank;
    }
    unique += 1;
    return unique;
  };
}
