import type { Result } from '../harness/contract/result.ts';
import { duration, joined } from './numbers.ts';
import type { Strings } from './strings.ts';

const inSeconds = (seconds: number) => joined(duration(seconds * 1000));

/** How long the repetitions warmed up, and what each pilot showed; undefined where no pilot was looked at. Variants that share a pilot are named once. */
export function warmUpText({ variants }: Result, s: Strings): string | undefined {
  const found = variants.flatMap(({ id, warmUp }) => (warmUp === undefined ? [] : [{ id, warmUp }]));
  const [first] = found;
  if (first === undefined) {
    return undefined;
  }
  const shared = Map.groupBy(found, ({ warmUp }) => JSON.stringify(warmUp));
  const pilots = [...shared.values()].map((same) => {
    const names = same.map(({ id }) => id).join(' = ');
    const { pilotSeconds, truncatedSeconds, isSettled, sampleCount } = same[0]?.warmUp ?? first.warmUp;
    if (truncatedSeconds === undefined) {
      return s.validity.pilotUnknown(names, sampleCount);
    }
    return isSettled
      ? s.validity.pilotSteady(names, inSeconds(truncatedSeconds), inSeconds(pilotSeconds))
      : s.validity.pilotUnsettled(names, inSeconds(pilotSeconds));
  });
  const { usedSeconds, method } = first.warmUp;
  // A pilot that began cold may take longer than the repetitions after it, which begin warm: a bound that binds is said and no fault.
  const isBounded = found.some(
    ({ warmUp }) => warmUp.truncatedSeconds !== undefined && (!warmUp.isSettled || warmUp.truncatedSeconds > usedSeconds),
  );
  return s.validity.warmUp(inSeconds(usedSeconds), isBounded, method, pilots);
}
