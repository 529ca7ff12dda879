import { describe, expect, it } from 'vitest';
import type { Capacity } from '../harness/contract/capacity.ts';
import { type Result, resultSchema, type WarmUp } from '../harness/contract/result.ts';
import { renderHtml } from './html/index.ts';
import { renderMarkdown } from './markdown.ts';
import { passingResult } from './sample-result.testing.ts';
import { strings } from './strings.ts';
import { warmUpText } from './warm-up-text.ts';

const pilot: WarmUp = { method: 'MSER-5', pilotSeconds: 3, sampleCount: 280, truncatedSeconds: 0.42, isSettled: true, usedSeconds: 1 };

const capacity: Capacity = {
  limits: { kind: 'ask', percentile: 95, responseMs: 250, errorShare: 0.01, achievedRatio: 0.98 },
  outcome: 'found',
  ratePerSecond: 412.5,
  failedAtPerSecond: 425,
  reason: '412.5/s held in 3 further probes, and 425/s failed',
  probes: [
    {
      stepId: '040-single-probe-1',
      phase: 'bracket',
      ratePerSecond: 400,
      verdict: 'passed',
      reason: 'every limit held',
      achievedPerSecond: 399.2,
      responseMs: 81.25,
      sampleCount: 1990,
      drift: 0.031,
    },
    {
      stepId: '041-single-probe-2',
      phase: 'bisect',
      ratePerSecond: 425,
      verdict: 'failed',
      reason: 'not steady: response times rose by 140 % of their median within the probe',
      achievedPerSecond: 404,
      sampleCount: 2010,
    },
  ],
};

/** The sample with what is given for each of its variants in turn. */
function withVariants(changes: readonly { warmUp?: WarmUp; capacity?: Capacity }[]): Result {
  const sample = passingResult();
  return resultSchema.parse({ ...sample, variants: sample.variants.map((variant, index) => ({ ...variant, ...changes[index] })) });
}

describe('the warm-up', () => {
  const s = strings.en;

  it('says what was used and what each pilot showed', () => {
    const [one, other] = passingResult().variants.map(({ id }) => id);
    const text = warmUpText(withVariants([{ warmUp: pilot }, { warmUp: { ...pilot, truncatedSeconds: 0.9 } }]), s);
    expect(text).toBe(
      `Every repetition warmed up for 1.00 s, frozen after the pilots. MSER-5 found them steady: ${one} from 420 ms of 3.00 s on, ${other} from 900 ms of 3.00 s on.`,
    );
  });

  it('names variants of one pilot together, and does not hide a pilot that says nothing', () => {
    const [one, other] = passingResult().variants.map(({ id }) => id);
    expect(warmUpText(withVariants([{ warmUp: pilot }, { warmUp: pilot }]), s)).toContain(`${one} = ${other} from 420 ms`);
    expect(warmUpText(withVariants([{ warmUp: { ...pilot, isSettled: false } }]), s)).toContain(`${one} not within 3.00 s`);
    expect(warmUpText(withVariants([{ warmUp: { ...pilot, usedSeconds: 0.4 } }]), s)).toContain(
      'for 400 ms, the most that the profile allows, frozen',
    );
    const { truncatedSeconds: _, ...few } = pilot;
    expect(warmUpText(withVariants([{ warmUp: { ...few, sampleCount: 12, isSettled: false } }]), s)).toContain('12 responses were too few');
  });

  it('is in both reports, and in neither where no pilot was looked at', async () => {
    const shown = withVariants([{ warmUp: pilot }]);
    expect(await renderHtml(shown)).toContain('frozen after the pilots');
    expect(renderMarkdown(shown)).toContain('frozen after the pilots');
    expect(warmUpText(passingResult(), s)).toBeUndefined();
    expect(await renderHtml(passingResult())).not.toContain('frozen after the pilots');
  });
});

describe('the capacity', () => {
  it('is a table of answers with its limits, and every probe behind it', async () => {
    const page = await renderHtml(withVariants([{ capacity }]));
    expect(page).toContain('id="capacity"');
    expect(page).toContain('href="#capacity"');
    expect(page).toContain('ask p95 ≤ 250 ms, errors ≤ 1 %, achieved ÷ offered ≥ 0.98');
    expect(page).toContain('412.5/s held in 3 further probes');
    expect(page).toContain('response times rose by 140 %');
    const text = renderMarkdown(withVariants([{ capacity }]));
    expect(text).toContain('## Highest rate within limits');
    expect(text).toMatch(/\| 413 \| 425 \| 2 \| found: 412\.5\/s held/);
  });

  it('prints no rate where none was found', async () => {
    const { ratePerSecond: _, ...rest } = capacity;
    const none: Capacity = { ...rest, outcome: 'always-failed', reason: 'every rate failed down to 6.25/s', failedAtPerSecond: 6.25 };
    const text = renderMarkdown(withVariants([{ capacity: none }]));
    expect(text).toMatch(/\| – \| 6\.25 \| 2 \| no rate held: every rate failed/);
    expect(await renderHtml(passingResult())).not.toContain('id="capacity"');
  });
});
