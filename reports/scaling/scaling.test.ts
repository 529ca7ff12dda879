import { describe, expect, it } from 'vitest';
import { type Result, resultSchema } from '../../harness/contract/result.ts';
import { answerOf } from '../answer.ts';
import { renderConsole } from '../console.ts';
import { renderHtml, sizeLimitBytes } from '../html/index.ts';
import { renderMarkdown, summaryLimitBytes } from '../markdown.ts';
import { renderPercentilesSvg } from '../percentiles-svg.ts';
import { hostileTexts } from '../sample-cases.testing.ts';
import { bareSimulatedResult, manySimulatedResult, simulatedResult } from '../sample-simulated.testing.ts';
import { strings } from '../strings.ts';
import { offeredRate, outsideGoal } from './course.ts';
import { estimateIds, estimateOf, shown } from './estimates.ts';
import { boundsFor, loadGroups, policiesOf, type Simulated, simulatedVariants } from './groups.ts';
import { policyLooks } from './looks.ts';
import { goalVerdict } from './verdicts.ts';

const s = strings.en;
const onConsole = (result: Result) => renderConsole(result, { color: false, columns: 100, paths: {}, nextCommand: 'next' });
const renderers: Readonly<Record<string, (result: Result) => Promise<string> | string>> = {
  html: renderHtml,
  markdown: renderMarkdown,
  console: onConsole,
  svg: renderPercentilesSvg,
};
const textOf = (markup: string) =>
  markup
    .replace(/<style>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('\\', '')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ');

const slip = /\b(?:NaN|undefined|Infinity)\b|\[object/;

function changed(change: (variant: Simulated) => void): Result {
  const result = structuredClone(simulatedResult());
  for (const variant of simulatedVariants(result)) {
    change(variant);
  }
  return result;
}

function replaced(result: Result, id: string, change: (variant: Simulated) => void): Result {
  const copy = structuredClone(result);
  for (const variant of simulatedVariants(copy)) {
    if (variant.id === id) {
      change(variant);
    }
  }
  return copy;
}

describe('the report of a simulation', () => {
  it.each(Object.keys(renderers))('says in %s that nothing was started and whence the service times come', async (name) => {
    const text = textOf((await renderers[name]?.(simulatedResult())) ?? '');
    expect(text).toContain('nothing was started');
    expect(text).toContain(name === 'svg' ? 'Service times: assumed' : 'Service times: assumed, round figures for a test');
    expect(text).not.toMatch(slip);
  });

  it('says so in the title of every chart and table of simulated figures', async () => {
    const page = await renderHtml(simulatedResult());
    const figures = page
      .split('<section ')
      .slice(1)
      .filter((section) => section.includes('<figure') || section.includes('class="estimates"'));
    expect(figures.length).toBeGreaterThanOrEqual(8);
    for (const section of figures) {
      expect(section).toMatch(/<h2 id="[^"]*">Simulated: /);
    }
  });

  it('has no section of what only a live run has', async () => {
    for (const result of [simulatedResult(), bareSimulatedResult()]) {
      const text = textOf(await renderHtml(result));
      for (const live of ['processes', 'balance', 'ladder', 'errors', 'overTime', 'fanOut', 'costs'] as const) {
        expect(text).not.toContain(s.section[live]);
      }
      expect(text).not.toContain(s.first.servedBy);
      expect(text).not.toContain(s.provenance.corpus);
      expect(text).not.toContain('on one machine');
    }
  });

  it('shows every estimate of every rule with its interval, in the tables of HTML and Markdown', async () => {
    const result = simulatedResult();
    const texts = [textOf(await renderHtml(result)), textOf(renderMarkdown(result))];
    for (const { simulated } of simulatedVariants(result)) {
      for (const id of estimateIds) {
        const estimate = estimateOf(simulated, id);
        if (estimate?.interval !== undefined) {
          for (const text of texts) {
            expect(text).toContain(shown(id, estimate.mean));
            expect(text).toContain(shown(id, estimate.interval.high));
          }
        }
      }
    }
  });

  it('tells rule, seed, replications and the capacity of a replica of every variant', async () => {
    const text = textOf(await renderHtml(simulatedResult()));
    for (const part of [
      'HPA, CPU 70 %, 2 to 20',
      '40.0/s within the goal',
      'bisected to 5 %',
      '16 requests at a time, 1 core',
      '5 replications',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('counts the decisions that it does not list', async () => {
    const result = replaced(simulatedResult(), 'spike-ratio', ({ simulated }) => {
      simulated.run.decisions = Array.from({ length: 57 }, (_, place) => ({
        atSeconds: place * 30,
        from: 2,
        to: 3,
        reason: `Reason${place}`,
      }));
    });
    const text = textOf(await renderHtml(result));
    expect(text).toContain('Reason19');
    expect(text).not.toContain('Reason20');
    expect(text).toContain('… and 37 more in result.json');
  });

  it('lists what the static checks found once for all loads', async () => {
    for (const text of [textOf(await renderHtml(simulatedResult())), textOf(renderMarkdown(simulatedResult()))]) {
      expect(text.split('let readiness wait for the warm-up')).toHaveLength(2);
    }
    expect(answerOf(simulatedResult(), s).qualifiers.join(' ')).toContain('Before anything was simulated: hpa-cpu, metrics[0]');
  });

  it('refers to nothing that is not in the page', async () => {
    for (const result of [simulatedResult(), manySimulatedResult(), bareSimulatedResult()]) {
      const page = await renderHtml(result);
      const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) {
        expect(ids).toContain(target);
      }
    }
  }, 60_000);

  it('leaves the figures of many loads to the sentences below the headline', () => {
    const many = answerOf(manySimulatedResult(), s);
    expect(many.headline).not.toMatch(/at cost|replica-hours|nearest/);
    expect(many.qualifiers.join(' ')).toMatch(/cost \d|replica-hours/);
    expect(answerOf(simulatedResult(), s).headline).toMatch(/cost \d|replica-hours/);
  });

  it('keeps sixty variants within the size of a report and of a summary', async () => {
    const result = manySimulatedResult();
    expect(resultSchema.safeParse(result).error?.issues ?? []).toEqual([]);
    const page = await renderHtml(result);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(sizeLimitBytes);
    expect(page.split('class="replicas ').length - 1).toBe(loadGroups(result).flatMap(({ rules }) => rules).length);
    expect(Buffer.byteLength(renderMarkdown(result))).toBeLessThanOrEqual(summaryLimitBytes);
  }, 120_000);

  it('lets no text of a result leave its place', async () => {
    const all = hostileTexts.join(' ');
    const result = changed(({ simulated }) => {
      simulated.rule = all;
      simulated.variant.system.source.text = all;
      simulated.variant.load.title = '<script>alert(1)</script>';
      simulated.capacityPerReplica.why = all;
      simulated.run.stages = simulated.run.stages.map((each) => ({ ...each, stage: `${each.stage} ${all}` }));
      simulated.run.decisions = simulated.run.decisions.map((each) => ({ ...each, reason: all, signals: { [all]: 1 } }));
      simulated.staticFindings = [{ check: all, path: all, message: all, hint: all }];
    });
    for (const [name, render] of Object.entries(renderers)) {
      const text = await render(result);
      for (const unsafe of ['\u001b', '\u2028', '\u202e', ...(name === 'console' ? [] : ['<script', '<img'])]) {
        expect(text).not.toContain(unsafe);
      }
    }
  });
});

describe('the answer of a simulation', () => {
  it('names what was unstable first, then for each load the cheapest, the bounds and what flaps', () => {
    const { headline, qualifiers } = answerOf(simulatedResult(), s);
    expect(headline).toMatch(/^Simulated: of the rules that met the goal \(p95 ≤ 800 ms, errors ≤ 1 % over the whole run\), /);
    expect(qualifiers[0]).toMatch(/^Unstable under spike static-2 in 5 of 5 replications; under diurnal static-2 in 5 of 5 replications\./);
    const spike = qualifiers.find((sentence) => sentence.startsWith('spike: '));
    expect(spike).toMatch(/Bounds: clairvoyant .*, static at peak 9\.00 replica-hours \(±0\)\./);
    expect(spike).toContain('ratio flaps most: its decisions turned 58.0 (55.7–60.3) times an hour, demand 1.00');
  });

  it('calls no rule cheapest whose interval overlaps that of another', () => {
    const cheap = (result: Result) => answerOf(result, s).qualifiers.find((sentence) => sentence.startsWith('spike: ')) ?? '';
    const met = changed(({ simulated }) => {
      simulated.unstable = 0;
      simulated.estimates = {
        ...simulated.estimates,
        p95Ms: { mean: 500, interval: { low: 490, high: 510, confidence: 0.95 }, samples: 5 },
        errorRatio: { mean: 0, samples: 5 },
        replicaSeconds: { mean: 36_000, interval: { low: 35_000, high: 37_000, confidence: 0.95 }, samples: 5 },
      };
    });
    expect(cheap(met)).toContain('no difference in cost seen between the cheapest of the 5 of 5 rules');
    expect(cheap(met)).not.toContain('cost least');
    const apart = replaced(met, 'spike-kpa', ({ simulated }) => {
      simulated.estimates.replicaSeconds = { mean: 30_000, interval: { low: 29_000, high: 31_000, confidence: 0.95 }, samples: 5 };
    });
    expect(cheap(apart)).toContain('kpa cost least of the 5 of 5 rules that met the goal, 8.33 replica-hours (8.06–8.61)');
  });

  it('leaves a goal undecided whose limit lies in an interval', () => {
    const [first] = policiesOf(
      changed(({ simulated }) => {
        simulated.estimates.p95Ms = { mean: 790, interval: { low: 760, high: 820, confidence: 0.95 }, samples: 5 };
        simulated.estimates.errorRatio = { mean: 0, samples: 5 };
      }),
    );
    expect(first && goalVerdict(first)).toBe('undecided');
  });

  it('draws nothing from one replication alone', () => {
    const single = changed(({ simulated }) => {
      simulated.replications = 1;
    });
    expect(answerOf(single, s).qualifiers).toContain('One replication gives no interval: what differs here may differ by chance.');
  });

  it('tells of five loads, and of the others in their sections', async () => {
    const result = manySimulatedResult();
    const many: Result = {
      ...result,
      variants: [
        ...result.variants,
        ...simulatedVariants(simulatedResult())
          .filter(({ id }) => id === 'spike-kpa')
          .map((variant): Simulated => {
            const { simulated } = variant;
            const load = { ...simulated.variant.load, title: 'alone' };
            return { ...variant, id: 'alone-kpa', simulated: { ...simulated, variant: { ...simulated.variant, load } } };
          }),
      ],
    };
    const { headline, qualifiers } = answerOf(many, s);
    expect(headline).toMatch(/; 1 more load below\.$/);
    expect(qualifiers.filter((sentence) => /^(step|spike|ramp|diurnal|trace): /.test(sentence))).toHaveLength(5);
    expect(qualifiers.at(-1)).toBe('Each of the other loads tells its answer in its section: alone.');
    expect(textOf(await renderHtml(many))).toContain('alone: kpa met the goal: p95 498 ms (479–518)');
  }, 60_000);

  it('of one rule alone is what became of it', () => {
    const result = simulatedResult();
    const only = { ...result, variants: result.variants.filter(({ id }) => ['spike-kpa', 'spike-clairvoyant'].includes(id)) };
    const { headline, qualifiers } = answerOf(only, s);
    expect(headline).toMatch(/^Simulated: kpa met the goal \(p95 ≤ 800 ms, errors ≤ 1 % over the whole run\) under spike: p95 \d/);
    expect(headline).toContain('3.24 replica-hours (3.11–3.37), 40.0 s (38.4–41.6) outside it.');
    expect(qualifiers.join(' ')).not.toContain('cost least');
  });

  it('is withheld from an invalid or interrupted run', () => {
    const invalid: Result = {
      ...simulatedResult(),
      validity: { verdict: 'invalid', reasons: ['the budget of events ran out'], checks: [] },
    };
    expect(answerOf(invalid, s)).toEqual({
      headline: expect.stringContaining('decides nothing: the budget of events ran out'),
      qualifiers: [],
    });
    const partial: Result = { ...simulatedResult(), status: 'partial', variants: [] };
    expect(answerOf(partial, s).headline).toContain('it ended early');
  });
});

describe('a simulation that lacks everything optional', () => {
  it.each(Object.keys(renderers))('is rendered by %s', async (name) => {
    const result = bareSimulatedResult();
    expect(resultSchema.safeParse(result).error?.issues ?? []).toEqual([]);
    for (const each of [result, { ...result, variants: [] }]) {
      expect(await renderers[name]?.(each)).not.toMatch(slip);
    }
  });

  it.each([
    [
      'no replica',
      ({ simulated: { run } }: Simulated) =>
        Object.assign(run, { ready: [{ atSeconds: 0, replicas: 0 }], demand: [{ atSeconds: 0, replicas: 0 }] }),
    ],
    ['no estimate', ({ simulated }: Simulated) => Object.assign(simulated, { estimates: {} })],
    [
      'no interval',
      ({ simulated }: Simulated) =>
        Object.assign(simulated, { estimates: { replicaSeconds: { mean: 0, samples: 1 }, sloViolationSeconds: { mean: 0, samples: 1 } } }),
    ],
    ['all unstable', ({ simulated }: Simulated) => Object.assign(simulated, { unstable: simulated.replications })],
    ['one bin', ({ simulated: { run } }: Simulated) => run.bins.splice(1)],
    [
      'a timetable',
      ({ simulated }: Simulated) =>
        Object.assign(simulated.variant, { controller: { by: 'timetable', replicas: [{ atSeconds: 0, replicas: 3 }] } }),
    ],
    ['a price', ({ simulated }: Simulated) => Object.assign(simulated.variant, { costPerReplicaHour: 0.2 })],
    [
      'a percentile that is not averaged',
      ({ simulated }: Simulated) => Object.assign(simulated.variant, { goal: { percentile: 99.9, responseMs: 900, errorShare: 0 } }),
    ],
  ] as const)('and so is one with %s', async (_name, change) => {
    const result = changed(change);
    expect(resultSchema.safeParse(result).error?.issues ?? []).toEqual([]);
    for (const render of Object.values(renderers)) {
      expect(await render(result)).not.toMatch(slip);
    }
  });
});

describe('what stands together', () => {
  it('is grouped by load, rules as planned and bounds last, under names without the load', () => {
    const groups = loadGroups(simulatedResult());
    expect(groups.map(({ title }) => title)).toEqual(['spike', 'diurnal']);
    expect(groups.map(({ rules, bounds }) => [rules.length, bounds.length])).toEqual([
      [5, 2],
      [5, 2],
    ]);
  });

  it('is told apart by the bounds that it is divided by, where one load is asked of two systems', () => {
    const result = simulatedResult();
    const other = simulatedVariants(result)
      .filter(({ id }) => ['spike-static-at-peak', 'spike-clairvoyant', 'spike-kpa', 'spike-ratio'].includes(id))
      .map((variant): Simulated => {
        const { simulated } = variant;
        const { query } = simulated.variant.system;
        const cores = variant.id === 'spike-ratio' ? 8 : 2;
        const system = { ...simulated.variant.system, query: { ...query, cores } };
        return {
          ...variant,
          id: variant.id.replace('spike', 'large'),
          simulated: { ...simulated, variant: { ...simulated.variant, system } },
        };
      });
    // The ratio rule has a system of its own and is divided by the bound of the large ones.
    const groups = loadGroups({
      variants: [...result.variants, ...other],
      comparisons: [
        {
          metric: 'replica-hours',
          baseline: 'large-static-at-peak',
          variant: 'large-ratio',
          resourceRule: 'equal-per-node',
          ratio: 2,
          pairs: 5,
          verdict: 'undecided',
        },
      ],
    });
    expect(groups.map(({ title }) => title)).toEqual(['spike', 'spike (large)', 'diurnal']);
    const [spike, large] = groups;
    expect(spike?.rules.map(({ name }) => name)).toEqual(['hpa-cpu', 'keda-queue', 'kpa', 'ratio', 'static-2']);
    expect(large?.rules.map(({ name }) => name)).toEqual(['kpa', 'ratio']);
    const [kpa, ratio] = large?.rules ?? [];
    expect(large && kpa && boundsFor(large, kpa)).toHaveLength(2);
    expect(large && ratio && boundsFor(large, ratio)).toHaveLength(0);
  });

  it('is outside the goal in joined spans of the bins that broke it', () => {
    const goal = { percentile: 95, responseMs: 100, errorShare: 0.1 };
    const bin = (fromSeconds: number, p95Ms: number, failed = 0) => ({ fromSeconds, arrivals: 10, failed, p95Ms, waiting: 0 });
    const bins = [bin(0, 50), bin(10, 101), bin(20, 50, 2), bin(30, 100, 1), bin(40, 500)];
    expect(outsideGoal(bins, goal, 60)).toEqual([
      { fromSeconds: 10, toSeconds: 30 },
      { fromSeconds: 40, toSeconds: 60 },
    ]);
    expect(outsideGoal([{ ...bin(0, 500), arrivals: 0 }], goal, 60)).toEqual([]);
  });

  it('offers the same number of requests, however many bins are drawn together', () => {
    const [first] = simulatedVariants(simulatedResult());
    const bins = first?.simulated.run.bins ?? [];
    for (const most of [1, 7, 50, 1_000]) {
      const steps = offeredRate(bins, 3_600, most);
      expect(steps.length).toBeLessThanOrEqual(most);
      const total = steps.reduce(
        (sum, { atSeconds, value }, place) => sum + value * ((steps[place + 1]?.atSeconds ?? 3_600) - atSeconds),
        0,
      );
      expect(total).toBeCloseTo(
        bins.reduce((sum, { arrivals }) => sum + arrivals, 0),
        6,
      );
    }
  });

  it('looks the same under every load', () => {
    const looks = policyLooks(simulatedResult());
    expect(looks.get('spike-kpa')).toEqual(looks.get('diurnal-kpa'));
    expect(looks.get('spike-kpa')).not.toEqual(looks.get('spike-ratio'));
  });
});
