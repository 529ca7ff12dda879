/** How often changes turn from growing to shrinking or back; a change by nothing has no direction. */
export function turnsOf(changes: readonly number[]): number {
  const directions = changes.map(Math.sign).filter((direction) => direction !== 0);
  return directions.filter((direction, place) => place > 0 && direction !== directions[place - 1]).length;
}

/** By how much each step of a course differs from the one before. */
export function changesOf(steps: readonly { readonly replicas: number }[]): number[] {
  return steps.slice(1).map(({ replicas }, place) => replicas - (steps[place]?.replicas ?? 0));
}
