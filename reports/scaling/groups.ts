import type { Result, ResultVariant } from '../../harness/contract/result.ts';
import type { SimulatedGoal, SimulatedResult } from '../../harness/contract/simulation.ts';

/** A variant whose figures come from the simulation alone. */
export type Simulated = ResultVariant & { readonly simulated: SimulatedResult };

/** The same with the name by which it is told from others of its group: its id without what they have in common. */
export type Policy = Simulated & { readonly name: string };

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

/** What is read against each other: one load, one goal, and the bounds of one system. Rules as planned, then the bounds. */
export interface LoadGroup {
  readonly title: string;
  readonly seconds: number;
  readonly goal: SimulatedGoal;
  readonly rules: readonly Policy[];
  readonly bounds: readonly Policy[];
}

/** Rules and bounds of a group. */
export function membersOf({ rules, bounds }: LoadGroup): Policy[] {
  return [...rules, ...bounds];
}

const boundOrder: readonly BoundKind[] = ['static-at-peak', 'clairvoyant'];

/** The bound that a variant is; undefined for what scales by a rule or by the clock. */
export function boundOf({ simulated }: Simulated): BoundKind | undefined {
  return boundOrder.find((kind) => kind === simulated.variant.controller.by);
}

const systemOf = ({ simulated }: Simulated): string => JSON.stringify(simulated.variant.system);

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) {
    length += 1;
  }
  return length;
}

export type Compared = Pick<Result, 'variants' | 'comparisons'>;

/**
 * The bound that a variant of a load is read against: that which it is divided by, otherwise that of its system, otherwise the one
 * whose id is most like its own. Undefined where the load has none.
 */
function anchorOf(variant: Simulated, sameLoad: readonly Simulated[], { comparisons }: Compared): Simulated | undefined {
  const anchors = sameLoad.filter((each) => boundOf(each) === 'static-at-peak');
  if (anchors.length <= 1) {
    return anchors[0];
  }
  const divisor = comparisons.find((each) => each.variant === variant.id)?.baseline;
  return (
    anchors.find(({ id }) => id === variant.id) ??
    anchors.find(({ id }) => id === divisor) ??
    anchors.find((each) => systemOf(each) === systemOf(variant)) ??
    anchors.toSorted((a, b) => sharedLength(b.id, variant.id) - sharedLength(a.id, variant.id))[0]
  );
}

const groupsOfResult = new WeakMap<readonly ResultVariant[], LoadGroup[]>();

/** Groups in the order of the plan; two of one title are told apart by what their ids begin with. */
export function loadGroups(result: Compared): LoadGroup[] {
  const known = groupsOfResult.get(result.variants);
  const groups = known ?? foundGroups(result);
  groupsOfResult.set(result.variants, groups);
  return groups;
}

function foundGroups(result: Compared): LoadGroup[] {
  const loads = Map.groupBy(simulatedVariants(result), ({ simulated: { variant } }) =>
    JSON.stringify([variant.load, variant.goal, variant.seconds]),
  );
  const families = [...loads.values()].flatMap((sameLoad) => [
    ...Map.groupBy(sameLoad, (variant) => anchorOf(variant, sameLoad, result)?.id).values(),
  ]);
  const seen = new Map<string, number>();
  return families.flatMap((members) => {
    const [first] = members;
    if (first === undefined) {
      return [];
    }
    const { load, goal, seconds } = first.simulated.variant;
    const place = (seen.get(load.title) ?? 0) + 1;
    seen.set(load.title, place);
    const prefix = commonPrefix(members, load.title);
    const named = members.map((member): Policy => ({ ...member, name: withoutLoad(member.id, prefix, load.title) }));
    return [
      {
        title: place === 1 ? load.title : `${load.title} (${prefix === undefined ? place : prefix.slice(0, -1)})`,
        seconds,
        goal,
        rules: named.filter((member) => boundOf(member) === undefined),
        bounds: boundOrder.flatMap((kind) => named.filter((member) => boundOf(member) === kind)),
      },
    ];
  });
}

/** What stands before the name of a bound in its id, such as `spike-`: all others of its group begin so too. */
function commonPrefix(members: readonly Simulated[], load: string): string | undefined {
  const found = members.flatMap((member) => {
    const kind = boundOf(member);
    return kind !== undefined && member.id.endsWith(`-${kind}`) ? [member.id.slice(0, -kind.length)] : [];
  });
  const slug = slugOf(load);
  return found[0] ?? (slug !== '' && members.every(({ id }) => id.startsWith(`${slug}-`)) ? `${slug}-` : undefined);
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function withoutLoad(id: string, prefix: string | undefined, load: string): string {
  if (prefix !== undefined && id.startsWith(prefix) && id.length > prefix.length) {
    return id.slice(prefix.length);
  }
  const ending = `-${slugOf(load)}`;
  return ending.length > 1 && id.endsWith(ending) && id.length > ending.length ? id.slice(0, -ending.length) : id;
}

/** Every policy, group by group. */
export function policiesOf(result: Compared): Policy[] {
  return loadGroups(result).flatMap(membersOf);
}

/** The bounds of the same system as a policy's: those of another size of replica bound nothing here. */
export function boundsFor({ bounds }: LoadGroup, policy: Policy): Policy[] {
  return bounds.filter((bound) => systemOf(bound) === systemOf(policy));
}
