import { describe, expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { single } from '../../scenarios/topologies.ts';
import { traceReplay } from '../../scenarios/trace-replay.ts';
import { rateOfUsers, systemKeyOf, workloadOf } from './effective-workload.ts';
import { problemsIn } from './parse.ts';
import { type Scenario, scenarioSchema, type Variant } from './scenario.ts';

const closedLoop = {
  users: 10,
  thinkTime: { distribution: 'uniform' as const, minimumMs: 1000, maximumMs: 3000 },
  turnsPerSession: 1,
  rampUpSeconds: 0,
};
const reading = { ...singleVsSharded.workload, mix: { ask: 10, health: 1 } };
const plain: Variant = { id: 'single', title: 'one', topology: single };
const closed: Variant = { id: 'closed', title: 'closed', topology: single, workload: { closedLoop } };

function problems(variants: readonly Variant[], rest: Partial<Scenario> = {}): string[] {
  const scenario = { ...singleVsSharded, workload: reading, variants, ...rest };
  return problemsIn(scenarioSchema, scenario).map(
    ({ path, message, hint }) => `${path}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
  );
}

describe('variants of one scenario', () => {
  it('may share a system while none of them writes into it', () => {
    expect(problems([plain, closed])).toEqual([]);
    const writing: Variant = { ...plain, id: 'writing', workload: { mix: { ask: 1, upsert: 1 } } };
    expect(problems([plain, writing])).toEqual([
      'variants[1].workload.mix.upsert: "writing" writes into the system that it shares with "single": take upserts out of its mix',
    ]);
    expect(problems([plain, { ...writing, topology: { ...single, id: 'other' } }])).toEqual([]);
    expect(problems([plain, { ...writing, documentsShare: 0.5, baseline: 'writing' }])).toEqual([]);
  });

  it('blames every writer where the workload of the scenario writes', () => {
    expect(problems([plain, closed], { workload: singleVsSharded.workload })).toHaveLength(2);
  });

  it('take the rate of users only where there are users, and arrivals', () => {
    const open: Variant = { ...plain, id: 'open', rateOf: { users: 'closed', responseMs: 500 } };
    expect(problems([plain, closed, open])).toEqual([]);
    expect(problems([plain, closed, { ...open, rateOf: { users: 'closd', responseMs: 0 } }])).toEqual([
      'variants[2].rateOf.users: unknown variant "closd" (did you mean "closed"?)',
    ]);
    expect(problems([plain, closed, { ...open, rateOf: { users: 'single', responseMs: 0 } }])).toEqual([
      'variants[2].rateOf.users: "single" is no closed loop, it has no users',
    ]);
    expect(problems([plain, { ...closed, rateOf: { users: 'closed', responseMs: 0 } }])).toEqual([
      'variants[1].rateOf: a closed loop has no rate of arrivals',
    ]);
  });

  it('overload with rising arrivals alone, and not as the baseline', () => {
    const overload = { fromPerSecond: 1, toPerSecond: 10, seconds: 10 };
    const ramp: Variant = { ...plain, id: 'ramp', overload };
    expect(problems([plain, ramp])).toEqual([]);
    expect(problems([plain, { ...ramp, overload: { ...overload, toPerSecond: 0.5 } }])).toEqual([
      'variants[1].overload.toPerSecond: the ramp must not fall',
    ]);
    expect(problems([plain, { ...closed, overload }])).toEqual([
      'variants[1].overload: a closed loop asks less the slower the answers come, and overloads nothing',
    ]);
    expect(problems([plain, closed, { ...ramp, rateOf: { users: 'closed', responseMs: 1 } }])).toEqual([
      'variants[2].rateOf: the ramp of an overload says the rate already',
    ]);
    expect(problems([ramp], { baseline: 'ramp' })).toEqual([
      'variants[0].overload: "ramp" is the baseline, and an overload has nothing to be compared with',
    ]);
  });

  it('may keep the answers of some requests only while every request is a question by itself', () => {
    const { profiles } = singleVsSharded;
    const sampled = { profiles: { ...profiles, full: { ...profiles.full, sampledHistory: true as const } } };
    expect(problems([plain, closed], sampled)).toEqual([]);
    const writing: Variant = { ...plain, id: 'writing', topology: { ...single, id: 'other' }, workload: { mix: { ask: 1, upsert: 1 } } };
    expect(problems([plain, writing], sampled)).toEqual([
      'profiles.full.sampledHistory: "writing" writes or replays a trace, and then every request counts',
    ]);
    const replaying: Variant = { ...plain, id: 'replaying', workload: { arrivals: traceReplay.workload.arrivals } };
    expect(problems([plain, replaying], sampled)[0]).toContain('"replaying" writes or replays a trace');
  });

  it('name unknown fields of their workload as the fields of the workload are named', () => {
    expect(problems([{ ...plain, workload: { deadlineMS: 5 } } as unknown as Variant])).toEqual([
      'variants[0].workload.deadlineMS: unknown field "deadlineMS" (did you mean "deadlineMs"?)',
    ]);
    expect(problems([{ ...plain, workload: { corpus: reading.corpus } } as unknown as Variant])[0]).toContain('unknown field "corpus"');
  });
});

describe('the workload of a variant', () => {
  it('has its own fields, the others of the scenario, and the users of the profile only in a closed loop', () => {
    expect(workloadOf(reading, plain)).toEqual(reading);
    expect(workloadOf(reading, plain, { users: 7 })).toEqual(reading);
    expect(workloadOf(reading, { workload: { deadlineMs: 5, mix: undefined } })).toEqual({ ...reading, deadlineMs: 5 });
    expect(workloadOf(reading, closed, { users: 7 }).closedLoop).toEqual({ ...closedLoop, users: 7 });
    expect(workloadOf(reading, closed).closedLoop?.users).toBe(10);
  });

  it('asks as often as its users can', () => {
    expect(rateOfUsers({ users: 1000, thinkTime: closedLoop.thinkTime }, 1200)).toBe(312.5);
    expect(rateOfUsers({ users: 1000, thinkTime: { distribution: 'exponential', meanMs: 500 } }, 0)).toBe(2000);
    const lognormal = { distribution: 'lognormal' as const, medianMs: 1000, sigma: 1 };
    expect(rateOfUsers({ users: 1, thinkTime: lognormal }, 0)).toBeCloseTo(Math.exp(-0.5), 12);
  });
});

describe('the system of a variant', () => {
  it('is shared by equal topologies with the same documents, never by an overload', () => {
    expect(systemKeyOf(closed)).toBe(systemKeyOf(plain));
    expect(systemKeyOf({ ...plain, documentsShare: 1 })).toBe(systemKeyOf(plain));
    expect(systemKeyOf({ ...plain, documentsShare: 0.5 })).not.toBe(systemKeyOf(plain));
    expect(systemKeyOf({ ...plain, overload: {} })).not.toBe(systemKeyOf(plain));
    expect(systemKeyOf({ ...plain, overload: {} })).not.toBe(systemKeyOf({ ...plain, id: 'b', overload: {} }));
  });
});
