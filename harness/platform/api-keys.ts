import { createHash, randomBytes } from 'node:crypto';
import type { ApiKeyRecord } from '../../system/api/environment.ts';
import type { ApiKey } from './platform.ts';

const keyBytes = 24;
const roles = ['writer', 'reader'] as const;

/** A secret that needs no escaping in a URL, a header or a file. */
export function randomSecret(): string {
  return randomBytes(keyBytes).toString('base64url');
}

/** Fresh keys for every tenant, one per role. */
export function createApiKeys(tenants: readonly string[]): ApiKey[] {
  return tenants.flatMap((tenant) => roles.map((role) => ({ tenant, role, key: `rt-${randomSecret()}` })));
}

/** The keys as the gateway may know them. */
export function keyRecords(keys: readonly ApiKey[]): ApiKeyRecord[] {
  return keys.map(({ tenant, role, key }) => ({ tenant, role, keySha256: createHash('sha256').update(key).digest('hex') }));
}
