import { arrivalSettings } from './arrivals.ts';
import { systemKeyOf, workloadOf } from './effective-workload.ts';
import type { Workload } from './workload.ts';

interface Checked {
  readonly id: string;
  readonly topology: unknown;
  readonly documentsShare?: number | undefined;
  readonly workload?: { readonly [Field in keyof Workload]?: Workload[Field] | undefined } | undefined;
  readonly rateOf?: { readonly users: string; readonly responseMs: number } | undefined;
  readonly overload?: object | undefined;
}

interface Problem {
  /** Below `variants[i]`. */
  readonly path: readonly string[];
  readonly message: string;
  /** The names that would have been right, where a name is wrong. */
  readonly allowed?: readonly string[];
  readonly received?: string;
}

const writes = ({ mix }: Workload) => (mix.upsert ?? 0) > 0;

/** What a document says at a time, and what became of an hour of a trace, follow from every request. */
export function needsWholeHistory(workload: Workload): boolean {
  return writes(workload) || arrivalSettings(workload.arrivals).process === 'trace';
}

function loadProblems(variant: Checked, workload: Workload, all: readonly Checked[], base: Workload): Problem[] {
  const closed = workload.closedLoop !== undefined;
  const problems: Problem[] = [];
  const { rateOf, overload } = variant;
  if (rateOf !== undefined) {
    const users = all.find(({ id }) => id === rateOf.users);
    const usersAreClosed = users !== undefined && workloadOf(base, users).closedLoop !== undefined;
    if (!usersAreClosed) {
      problems.push({
        path: ['rateOf', 'users'],
        message: users === undefined ? `unknown variant "${rateOf.users}"` : `"${rateOf.users}" is no closed loop, it has no users`,
        allowed: all.filter((each) => workloadOf(base, each).closedLoop !== undefined).map(({ id }) => id),
        received: rateOf.users,
      });
    }
    if (closed || overload !== undefined) {
      problems.push({
        path: ['rateOf'],
        message: closed ? 'a closed loop has no rate of arrivals' : 'the ramp of an overload says the rate already',
      });
    }
  }
  if (overload !== undefined && closed) {
    problems.push({ path: ['overload'], message: 'a closed loop asks less the slower the answers come, and overloads nothing' });
  }
  return problems;
}

/**
 * What makes no sense of variants together: writes into a system that another variant measures as well, rates of users that are
 * not there, and overloads that are none. By position of the variant to blame.
 */
export function variantProblems(base: Workload, variants: readonly Checked[]): ReadonlyMap<number, readonly Problem[]> {
  const bySystem = Map.groupBy(variants, systemKeyOf);
  const problems = variants.map((variant, position): readonly [number, readonly Problem[]] => {
    const workload = workloadOf(base, variant);
    const others = (bySystem.get(systemKeyOf(variant)) ?? []).filter(({ id }) => id !== variant.id);
    const shared: Problem[] =
      others.length > 0 && writes(workload)
        ? [
            {
              path: ['workload', 'mix', 'upsert'],
              message: `"${variant.id}" writes into the system that it shares with ${others.map(({ id }) => `"${id}"`).join(', ')}: take upserts out of its mix`,
            },
          ]
        : [];
    return [position, [...shared, ...loadProblems(variant, workload, variants, base)]];
  });
  return new Map(problems.filter(([, found]) => found.length > 0));
}
