import { Failure } from '../../contract/failure.ts';
import type { ContainerPart } from '../../rendering/containers.ts';
import type { Engine } from './engine.ts';

const bytesPerMebibyte = 1024 * 1024;

/**
 * A quota above what the machine has would not be one, and the resource rule would be a lie. The vector tier has to fit as
 * a whole, because its share is what variants are compared by; the other tiers may share the rest.
 * @throws Failure `environment` (75) with the quota and what the machine has.
 */
export function requireQuotasFit(
  parts: readonly ContainerPart[],
  { cpus, memoryBytes }: Pick<Engine, 'cpus' | 'memoryBytes'>,
  variant: string,
): void {
  const refuse = (what: string, asked: string, there: string) =>
    new Failure('environment', 'quota_above_machine', `${what} of ${variant} may use ${asked}, the machine has ${there}`, {
      hint: 'ask for less with --cpus or --memory, or run on a larger machine',
    });
  const memoryMiB = Math.floor(memoryBytes / bytesPerMebibyte);
  for (const { id, quota } of parts) {
    if (quota.cpus > cpus) {
      throw refuse(id, `${quota.cpus} cores`, `${cpus}`);
    }
    if (quota.memoryMiB > memoryMiB) {
      throw refuse(id, `${quota.memoryMiB} MiB`, `${memoryMiB} MiB`);
    }
  }
  const vector = parts.filter(({ tier }) => tier === 'vector');
  const vectorCpus = vector.reduce((sum, { quota }) => sum + quota.cpus, 0);
  if (vectorCpus > cpus) {
    throw refuse(`the vector tier (${vector.length} nodes)`, `${vectorCpus} cores`, `${cpus}`);
  }
  const allMiB = parts.reduce((sum, { quota }) => sum + quota.memoryMiB, 0);
  if (allMiB > memoryMiB) {
    throw refuse(`all ${parts.length} containers`, `${allMiB} MiB`, `${memoryMiB} MiB`);
  }
}
