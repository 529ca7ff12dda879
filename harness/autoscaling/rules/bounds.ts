import { z } from 'zod';

/** How far a rule may go. Every rule but those that name their counts themselves has both. */
export const boundsShape = {
  minReplicas: z.int().min(1).max(10_000),
  maxReplicas: z.int().min(1).max(10_000),
};

interface Bounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

export function refuseCrossedBounds({ minReplicas, maxReplicas }: Bounds, context: z.RefinementCtx): void {
  if (minReplicas > maxReplicas) {
    context.addIssue({ code: 'custom', path: ['maxReplicas'], message: `is ${maxReplicas}, less than minReplicas ${minReplicas}` });
  }
}

/** The nearest count that the bounds allow. */
export function bounded(replicas: number, { minReplicas, maxReplicas }: Bounds): number {
  return Math.min(Math.max(replicas, minReplicas), maxReplicas);
}
