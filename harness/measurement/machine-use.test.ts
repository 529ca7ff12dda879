import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CpuTimes, parseCpuTimes } from './cpu-times.ts';
import { machineUse } from './machine-use.ts';

/** Two readings of /proc/stat of a two-core machine, 3.0 s apart, while a compiler ran beside a measurement. */
const before = `cpu  2002973 111367 638686 2594508 10886 0 30438 23505 0 0
cpu0 982815 59457 311312 1324899 2890 0 12771 11746 0 0
cpu1 1020157 51909 327374 1269609 7995 0 17666 11758 0 0
intr 1
`;
const after = `cpu  2003323 111367 638776 2594618 10886 0 30478 23515 0 0
cpu0 982990 59457 311357 1324954 2890 0 12791 11751 0 0
cpu1 1020332 51909 327419 1269664 7995 0 17686 11763 0 0
intr 2
`;
const times = (text: string) => parseCpuTimes(text) as CpuTimes;

describe('what others took of the machine', () => {
  it('is what processes used without ours, of all that the cores could have done', () => {
    // 350 user + 90 system ticks by processes, of 600 in all; 40 of soft interrupts are nobody's.
    const use = (ownTicks: number) =>
      machineUse({ times: times(before), ownTicks: 1000 }, { times: times(after), ownTicks: 1000 + ownTicks });
    expect(use(260)?.foreignShare).toBeCloseTo(180 / 600, 12);
    expect(use(260)?.stealShare).toBeCloseTo(10 / 600, 12);
    expect(use(440)?.foreignShare).toBe(0);
  });

  it('is never less than nothing: ticks are counted for processes one by one, and rounded', () => {
    expect(machineUse({ times: times(before), ownTicks: 0 }, { times: times(after), ownTicks: 445 })?.foreignShare).toBe(0);
    // A process of ours that ended took its time with it.
    expect(machineUse({ times: times(before), ownTicks: 5000 }, { times: times(after), ownTicks: 10 })?.foreignShare).toBeCloseTo(
      440 / 600,
      12,
    );
  });

  it('is not known when no time passed', () => {
    expect(machineUse({ times: times(before), ownTicks: 0 }, { times: times(before), ownTicks: 0 })).toBeUndefined();
  });

  it('is a share whatever the counters say', () => {
    const ticks = fc.array(fc.nat(1e6), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(ticks, ticks, fc.nat(1e6), fc.nat(1e6), (start, more, own, ownMore) => {
        const at = (fields: readonly number[]) => times(`cpu  ${fields.join(' ')} 0 0\n`);
        const use = machineUse(
          { times: at(start), ownTicks: own },
          { times: at(start.map((value, place) => value + (more[place] ?? 0))), ownTicks: own + ownMore },
        );
        if (use !== undefined) {
          expect(use.foreignShare).toBeGreaterThanOrEqual(0);
          expect(use.foreignShare + use.stealShare).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});
