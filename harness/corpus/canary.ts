import type { RandomStream } from '../../system/policies/random-stream.ts';

/** Marks a text as a tenant's own, so that a leak shows wherever the text turns up: `CN-<tenant>-<12 hexadecimal digits>`. */
export function createCanary(tenant: string, stream: RandomStream): string {
  return `CN-${tenant}-${Math.floor(stream.uniform() * 16 ** 12)
    .toString(16)
    .padStart(12, '0')}`;
}

/** The tenants whose canaries stand in a text, in the order of their appearance. */
export function tenantsOfCanaries(text: string): string[] {
  return Array.from(text.matchAll(/CN-([a-z0-9][a-z0-9-]{0,63})-[0-9a-f]{12}(?![0-9a-z])/g), ([, tenant]) => tenant ?? '');
}
