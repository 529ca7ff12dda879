import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import type { SimulatedGoal, SimulatedResult } from '../../harness/contract/simulation.ts';
import { limitDash } from '../charts/layers.ts';
import { type Series, seriesAt } from '../charts/series.ts';

/** A variant whose figures come from the simulation alone. */
export type Simulated = ResultVariant & { readonly simulated: SimulatedResult };

type Controller = SimulatedResult['variant']['controller'];
export type BoundKind = Extract<Controller['by'], 'static-at-peak' | 'clairvoyant'>;

const hasSimulation = (variant: ResultVariant): variant is Simulated => variant.simulated !== undefined;

export function simulatedVariants({ variants }: Pick<Result, 'variants'>): Simulated[] {
  return variants.filter(hasSimulation);
}

/** Was nothing started to get these figures? */
export function isSimulation(result: Pick<Result, 'variants' | 'platform'>): boolean {
  return result.platform.id === 'simulated' || result.variants.some(hasSimulation);
}

/** Everything that was simulated under one load and judged by one goal: rules as planned, then the bounds that knew the load beforehand. */
export interface LoadGroup {
  readonly title: string;
  readonly seconds: number;
  readonly goal: SimulatedGoal;
  readonly rules: readonly Simulated[];
  readonly bounds: readonly Simulated[];
}

/** Rules and bounds of a group. */
export function membersOf({ rules, bounds }: LoadGroup): Simulated[] {
  return [...rules, ...bounds];
}

const boundOrder: readonly BoundKind[] = ['static-at-peak', 'clairvoyant'];

/** The bound that a variant is; undefined for what scales by a rule or by the clock. */
export function boundOf({ simulated }: Simulated): BoundKind | undefined {
  return boundOrder.find((kind) => kind === simulated.variant.controller.by);
}

/** One group per load in the order of the plan. Loads of one title that differ are numbered. */
export function loadGroups(result: Pick<Result, 'variants'>): LoadGroup[] {
  const groups = Map.groupBy(simulatedVariants(result), ({ simulated: { variant } }) =>
    JSON.stringify([variant.load, variant.goal, variant.seconds]),
  );
  const seen = new Map<string, number>();
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) {
      return [];
    }
    const { load, goal, seconds } = first.simulated.variant;
    const place = (seen.get(load.title) ?? 0) + 1;
    seen.set(load.title, place);
    return [
      {
        title: place === 1 ? load.title : `${load.title} (${place})`,
        seconds,
        goal,
        rules: members.filter((member) => boundOf(member) === undefined),
        bounds: boundOrder.flatMap((kind) => members.filter((member) => boundOf(member) === kind)),
      },
    ];
  });
}

/** The id of a variant without the load in it, which the place of a figure already tells. */
export function policyName({ id, simulated }: Simulated): string {
  const load = simulated.variant.load.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const short =
    load !== '' && id.startsWith(`${load}-`)
      ? id.slice(load.length + 1)
      : load !== '' && id.endsWith(`-${load}`)
        ? id.slice(0, -load.length - 1)
        : id;
  return short === '' ? id : short;
}

const boundLooks: Record<BoundKind, Series> = {
  'static-at-peak': { colour: 'var(--ink2)', wordColour: 'var(--ink2)', wordClass: 's5t', dash: limitDash, shape: 'square' },
  clairvoyant: { colour: 'var(--ink2)', wordColour: 'var(--ink2)', wordClass: 's5t', dash: [6, 3], shape: 'diamond' },
};

/** The look of every simulated variant by id: a rule keeps its own under every load, and so do the bounds. */
export function policyLooks(result: Pick<Result, 'variants'>): ReadonlyMap<string, Series> {
  const all = simulatedVariants(result);
  const rules = [...new Set(all.filter((each) => boundOf(each) === undefined).map(policyName))];
  return new Map(
    all.map((each) => {
      const bound = boundOf(each);
      return [each.id, bound === undefined ? seriesAt(rules.indexOf(policyName(each))) : boundLooks[bound]];
    }),
  );
}

/** The bounds of the same system as a variant's: those of another size of replica bound nothing here. */
export function boundsFor({ bounds }: LoadGroup, variant: Simulated): Simulated[] {
  const system = ({ simulated }: Simulated) => JSON.stringify(simulated.variant.system);
  return bounds.filter((bound) => system(bound) === system(variant));
}
