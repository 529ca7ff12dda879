import { describe, expect, it } from 'vitest';
import { askRequestSchema } from '../../system/api/search.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import type { Failure } from '../contract/failure.ts';
import type { ClosedLoop } from '../contract/workload.ts';
import { type ClosedLoopSettings, createClosedLoopRequests } from './closed-loop-requests.ts';
import { createCorpus, tenantNames } from './documents.ts';
import { createQueries } from './queries.ts';

const space = createConceptSpace({ seed: 1, concepts: 32, dimensions: 8 });
const tenants = tenantNames(3);
const querySettings = { distinct: 50, zipfExponent: 0.8, neverRepeatedShare: 0.3 };
const closedLoop: ClosedLoop = {
  users: 40,
  thinkTime: { distribution: 'uniform', minimumMs: 100, maximumMs: 300 },
  turnsPerSession: 3,
  rampUpSeconds: 2,
};
const settings: ClosedLoopSettings = {
  workload: { mix: { search: 0.5, ask: 0.2, 'ask-stream': 0.1, health: 0.1, upsert: 0.1 }, queries: { ...querySettings, topK: 7 } },
  step: { id: 'step', seed: 11, order: 4, warmUpSeconds: 2, steadySeconds: 8 },
  corpus: createCorpus(space, { seed: 1, documents: 300, tenants, chineseShare: 0.4 }),
  queries: createQueries(space, { ...querySettings, seed: 1, tenants, chineseShare: 0.4 }),
  apiKeys: new Map(tenants.map((tenant) => [tenant, `key of ${tenant}`])),
  tenants,
  closedLoop,
};
const built = createClosedLoopRequests(settings);
const intents = built.closedLoop.users.flatMap(({ user, script }) =>
  script.map((_, turn) => {
    const intent = built.intentOf(turn * closedLoop.users + user);
    if (intent === undefined) {
      throw new Error(`user ${user} has no turn ${turn}`);
    }
    return intent;
  }),
);

describe('the requests of a closed loop', () => {
  it('are the same for the same step, and others for another seed', () => {
    const again = createClosedLoopRequests(settings);
    expect([again.requests, again.closedLoop]).toEqual([built.requests, built.closedLoop]);
    expect(createClosedLoopRequests({ ...settings, step: { ...settings.step, seed: 12 } }).requests).not.toEqual(built.requests);
  });

  it('say on the wire what the job of a user and its turn intends, with the key of its tenant', () => {
    for (const { user, script } of built.closedLoop.users) {
      for (const [turn, position] of script.entries()) {
        const [intent, request] = [built.intentOf(turn * closedLoop.users + user), built.requests[position]];
        expect(request?.kind).toBe(intent?.kind);
        if (intent !== undefined && intent.kind !== 'health' && intent.kind !== 'upsert') {
          expect(intent.tenant).toBe(tenants[user % tenants.length]);
          expect(request?.headers['x-api-key']).toBe(`key of ${intent.tenant}`);
          expect(request?.body).toContain(JSON.stringify(intent.query.text));
        }
      }
    }
    expect(built.intentOf(closedLoop.users * 10_000)).toBeDefined();
  });

  it('belong to a conversation exactly where they ask, and nowhere with one turn per session', () => {
    const asks = built.requests.filter(({ kind }) => kind === 'ask' || kind === 'ask-stream');
    expect(asks.length).toBeGreaterThan(0);
    expect(built.requests.filter(({ session }) => session === true)).toEqual(asks);
    for (const { body } of asks) {
      expect(askRequestSchema.safeParse(JSON.parse(body ?? '')).success).toBe(true);
    }
    const single = createClosedLoopRequests({ ...settings, closedLoop: { ...closedLoop, turnsPerSession: 1 } });
    expect(single.requests.some(({ session }) => session === true)).toBe(false);
  });

  it('follow the mix (chi-square)', () => {
    const statistic = Object.entries(settings.workload.mix).reduce((sum, [kind, weight]) => {
      const expected = weight * intents.length;
      return sum + (intents.filter((intent) => intent.kind === kind).length - expected) ** 2 / expected;
    }, 0);
    // 99.9 % point with 4 degrees of freedom.
    expect(statistic).toBeLessThan(18.47);
  });

  it('ask a question that never repeats once, and write each revision once', () => {
    const once = intents.flatMap((intent) => ('query' in intent && !intent.query.repeated ? [intent.query.text] : []));
    expect(once.length).toBeGreaterThan(100);
    expect(new Set(once).size).toBe(once.length);
    const revisions = intents.flatMap((intent) => (intent.kind === 'upsert' ? [intent.document.revision] : []));
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('last as long as the quickest answers allow', () => {
    const { users } = built.closedLoop;
    expect(users).toHaveLength(40);
    for (const { startUs, script } of users) {
      // 100 ms to 300 ms of think time from the start of the user to the end of the step.
      expect(script.length).toBeGreaterThanOrEqual(Math.floor((10_000_000 - startUs) / 300_000));
      expect(script.length).toBeLessThanOrEqual((10_000_000 - startUs) / 100_000 + 1);
    }
  });

  it('leave out users who would start after the end', () => {
    const { closedLoop: load } = createClosedLoopRequests({ ...settings, closedLoop: { ...closedLoop, rampUpSeconds: 20 } });
    expect(load.population).toBe(40);
    expect(load.users.map(({ user }) => user)).toEqual(Array.from({ length: 20 }, (_, user) => user));
  });

  it('are cut where there is no think time, unless they write', () => {
    const none = { ...closedLoop, users: 20_000, thinkTime: { distribution: 'uniform', minimumMs: 0, maximumMs: 0 } } as const;
    const reading = createClosedLoopRequests({ ...settings, workload: { ...settings.workload, mix: { health: 1 } }, closedLoop: none });
    expect(reading.closedLoop.users.every(({ script }) => script.length === 50)).toBe(true);
    expect(reading.intentOf(20_000 * 50 + 7)).toEqual({ kind: 'health' });
    const attempt = () => createClosedLoopRequests({ ...settings, closedLoop: none });
    expect(attempt).toThrow('its upserts would have to repeat');
    expect(attempt).toThrow(expect.objectContaining({ code: 'unrepeatable_upserts', exitCode: 78 } satisfies Partial<Failure>));
  });
});
