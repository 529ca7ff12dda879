import type { Logger } from 'pino';
import { z } from 'zod';
import type { Evidence } from '../api/evidence.ts';
import { askResponseSchema } from '../api/search.ts';
import { endingEarlier } from '../runtime/deadline.ts';
import type { RedisConnection } from '../runtime/redis.ts';
import { type AnswerMaking, answerKey } from './answer-key.ts';
import type { Answered, AnswerListener, Question } from './answer-question.ts';
import { SingleFlight } from './single-flight.ts';

/** How a question fared: `shared` got the answer that was being made for another caller, `bypass` may not be kept. */
export type CacheOutcome = 'hit' | 'miss' | 'shared' | 'bypass' | 'error';

export interface AnswerCacheParts {
  readonly redis: RedisConnection;
  readonly ttlSeconds: number;
  /** `absolute`: the time to live counts from when the answer was made; `sliding`: from when it was last given. */
  readonly expiry: 'absolute' | 'sliding';
  readonly making: AnswerMaking;
  readonly onRequest: (outcome: CacheOutcome) => void;
  readonly logger: Logger;
}

export type AnswerQuestion = (question: Question, listener?: AnswerListener) => Promise<Answered>;

/** Longest that a kept answer is looked for, and part of what remains of the deadline: a cache is to save time. */
const longestLookupMs = 250;
const lookupShare = 0.1;
/** For what nobody waits for. */
const backgroundLimitMs = 1_000;
/** A hit costs the provider nothing. */
const noUsage = { prompt_tokens: 0, completion_tokens: 0 };

/** Fields of the hash of an answer. `hit_count` is a field of its own, so that two hits at once are counted as two. */
const fields = { entry: 'entry', createdAt: 'created_at', hitCount: 'hit_count' } as const;
const entrySchema = z.strictObject({
  ...askResponseSchema.pick({ answer: true, sources: true }).shape,
  finish_reason: z.string(),
  index_version: z.string(),
  applied_sequence: z.int().nonnegative(),
});
type Entry = z.infer<typeof entrySchema>;

interface Lookup {
  readonly kept?: { readonly entry: Entry; readonly ageMs: number };
  /** Why nothing could be looked up. */
  readonly trouble?: string;
}

async function look({ redis, logger }: AnswerCacheParts, key: string, { deadline, requestId, tenant }: Question): Promise<Lookup> {
  const remainingMs = deadline.remainingMs();
  using limited = endingEarlier(deadline, remainingMs - Math.min(longestLookupMs, remainingMs * lookupShare));
  try {
    const [entry, createdAt] = await redis.run(limited.signal, (client) => client.hmGet(key, [fields.entry, fields.createdAt]));
    if (typeof entry !== 'string' || typeof createdAt !== 'string') {
      return {};
    }
    return { kept: { entry: entrySchema.parse(JSON.parse(entry)), ageMs: Math.max(0, Date.now() - Number(createdAt)) } };
  } catch (error) {
    deadline.check('reading the answer cache');
    logger.warn({ err: error, request_id: requestId, tenant_id: tenant }, 'no kept answer could be looked for');
    return { trouble: `no kept answer could be looked for: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Does what nobody waits for; a failure is logged and costs nothing. */
async function inBackground(
  { redis, logger }: AnswerCacheParts,
  what: string,
  commands: Parameters<RedisConnection['run']>[1],
): Promise<void> {
  await redis
    .run(AbortSignal.timeout(backgroundLimitMs), commands)
    .catch((error: unknown) => logger.warn({ err: error }, `${what} failed`));
}

/**
 * Counts a hit, and with sliding expiry begins the time to live anew. Between the reading and this the entry may have gone, and
 * the counter alone would then stay for ever: `NX` gives it a time to live where it has none. A reader takes it for a miss.
 */
function countHit(parts: AnswerCacheParts, key: string): Promise<void> {
  const ttlMs = parts.ttlSeconds * 1000;
  return inBackground(parts, 'counting a hit', (client) => {
    const counting = client.multi().hIncrBy(key, fields.hitCount, 1);
    return (parts.expiry === 'sliding' ? counting.pExpire(key, ttlMs) : counting.pExpire(key, ttlMs, 'NX')).exec();
  });
}

function keep(parts: AnswerCacheParts, key: string, { response, finishReason }: Answered): Promise<void> {
  const { answer, sources, evidence } = response;
  const { index_version, applied_sequence } = evidence;
  const entry: Entry = { answer, sources, finish_reason: finishReason, index_version, applied_sequence };
  return inBackground(parts, 'keeping an answer', (client) =>
    client
      .multi()
      .del(key)
      .hSet(key, { [fields.entry]: JSON.stringify(entry), [fields.createdAt]: Date.now(), [fields.hitCount]: 0 })
      .pExpire(key, parts.ttlSeconds * 1000)
      .exec(),
  );
}

/** A listener that was told already that the question is accepted. */
function onceBegun(listener: AnswerListener): AnswerListener {
  return {
    begun: () => Promise.resolve(),
    retrieved: (...told) => listener.retrieved(...told),
    generated: (text) => listener.generated(text),
  };
}

/** Tells a listener of an answer that is there already. */
async function tell(listener: AnswerListener | undefined, { response }: Answered): Promise<void> {
  await listener?.retrieved(response.sources, response.evidence);
  if (response.answer !== '') {
    await listener?.generated(response.answer);
  }
}

function fromCache({ entry, ageMs }: NonNullable<Lookup['kept']>, { requestId, watch }: Question): Answered {
  const { answer, sources, finish_reason, index_version, applied_sequence } = entry;
  const evidence: Evidence = {
    request_id: requestId,
    index_version,
    applied_sequence,
    cache_tier: 'redis',
    cache_age_ms: ageMs,
    shards: { asked: 0, answered: 0 },
    degraded: false,
    degraded_reason: null,
    ...watch.read(),
  };
  return { response: { answer, sources, usage: noUsage, evidence }, finishReason: finish_reason };
}

/** An answer made for another request, as that of this one. */
function forThisRequest({ response, finishReason }: Answered, { requestId, watch }: Question): Answered {
  const { time_to_first_token_ms: _ofTheOther, ...evidence } = response.evidence;
  return { response: { ...response, usage: noUsage, evidence: { ...evidence, request_id: requestId, ...watch.read() } }, finishReason };
}

function withTrouble(answered: Answered, trouble: string | undefined): Answered {
  if (trouble === undefined) {
    return answered;
  }
  const { response, finishReason } = answered;
  const reason = response.evidence.degraded_reason;
  const evidence = { ...response.evidence, degraded: true, degraded_reason: reason === null ? trouble : `${trouble}; ${reason}` };
  return { response: { ...response, evidence }, finishReason };
}

/**
 * Answers from Redis what was answered before, exactly: the same tenant, question and settings, see {@link answerKey}. A
 * question that is being answered by this process is waited for instead of being answered twice. Questions of a session are
 * never kept, since they mean what was said before; neither are degraded answers. Redis that does not answer makes a miss,
 * and the answer says that it is degraded.
 */
export function throughAnswerCache(parts: AnswerCacheParts, answerAfresh: AnswerQuestion): AnswerQuestion {
  const flights = new SingleFlight<Answered>();
  return async (question, listener) => {
    if (question.sessionId !== undefined) {
      parts.onRequest('bypass');
      return answerAfresh(question, listener);
    }
    const { watch, deadline } = question;
    const key = answerKey(parts.making, question);
    await listener?.begun();
    const { kept, trouble } = await look(parts, key, question);
    if (kept !== undefined) {
      watch.lap('cache');
      parts.onRequest('hit');
      void countHit(parts, key);
      const answered = fromCache(kept, question);
      await tell(listener, answered);
      return answered;
    }
    const { value, shared } = await flights.do(
      key,
      deadline.signal,
      () => {
        watch.lap('cache');
        parts.onRequest(trouble === undefined ? 'miss' : 'error');
        return answerAfresh(question, listener && onceBegun(listener));
      },
      (answered) => (trouble !== undefined || answered.response.evidence.degraded ? Promise.resolve() : keep(parts, key, answered)),
    );
    if (!shared) {
      return withTrouble(value, trouble);
    }
    watch.lap('cache');
    parts.onRequest('shared');
    const answered = withTrouble(forThisRequest(value, question), trouble);
    await tell(listener, answered);
    return answered;
  };
}
