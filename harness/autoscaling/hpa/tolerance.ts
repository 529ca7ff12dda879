import type { ControllerSettings } from './constants.ts';
import { approximateFloat } from './quantity.ts';
import type { HpaSpec } from './spec.ts';

export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/** `behavior` may override the controller's tolerance for each direction (Kubernetes 1.33). */
export function tolerancesOf({ behavior }: HpaSpec, { tolerance }: ControllerSettings): Tolerances {
  const of = (text: string | undefined) => (text === undefined ? tolerance : approximateFloat(text));
  return { up: of(behavior?.scaleUp?.tolerance), down: of(behavior?.scaleDown?.tolerance) };
}

/** Both ends belong to the range. */
export function isWithin(ratio: number, { up, down }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}
