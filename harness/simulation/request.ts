import type { Trace } from '../arrivals/trace/trace-request.ts';
import type { Step } from '../autoscaling/elasticity.ts';
import type { ScalingRule } from '../autoscaling/scaling-rule.ts';
import type { SimulatedGoal, SimulatedLoad, SimulatedSystem } from '../contract/simulation.ts';

/** One run in virtual time. The same request gives the same run, to the last bit, on every machine. */
export interface SimulationRequest {
  readonly system: SimulatedSystem;
  readonly load: SimulatedLoad;
  /** By which violations are told. */
  readonly goal: SimulatedGoal;
  readonly seconds: number;
  readonly seed: number;
  /** Ready and warm at the beginning. */
  readonly initialReplicas: number;
  /** A rule that watches, or replicas by time, each being ready at its time: a bound that knew the load beforehand. */
  readonly controller: { readonly rule: ScalingRule } | { readonly ready: readonly Step[]; readonly paid: readonly Step[] };
  /** Fewest replicas that meet the goal, by time; what elasticity is measured against. */
  readonly demand: readonly Step[];
  /** What `trace` arrivals replay. */
  readonly trace?: Trace;
  readonly costPerReplicaHour?: number;
  /** Called with every event, in order of virtual time: for the byte-identical trace of a seed. */
  readonly onEvent?: (atMs: number, kind: string, request: number, place: number) => void;
}
