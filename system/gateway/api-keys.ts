import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Request } from 'express';
import { z } from 'zod';
import { type ApiKeyRecord, apiKeyRecordSchema, type Role } from '../api/environment.ts';
import { headers } from '../api/headers.ts';
import { ApiError } from '../runtime/api-error.ts';
import { digestOf } from '../runtime/internal-token.ts';

/** Who calls. The tenant comes from the key and from nowhere else. */
export interface Principal {
  readonly tenant: string;
  readonly role: Role;
}

export interface ApiKeys {
  /** Undefined for a key that is not known. */
  find(key: string): Principal | undefined;
}

const rank: Record<Role, number> = { reader: 0, writer: 1, admin: 2 };
const bearer = /^Bearer +(\S+) *$/i;

/** Throws when two records are for the same key: nobody could say which tenant it opens. */
export function apiKeysFrom(records: readonly ApiKeyRecord[]): ApiKeys {
  const byDigest = new Map<string, { digest: Buffer; principal: Principal }>();
  for (const { tenant, role, keySha256 } of records) {
    const known = byDigest.get(keySha256);
    if (known !== undefined) {
      throw new Error(
        `the API keys file has the key of SHA-256 ${keySha256.slice(0, 8)}… twice, for "${known.principal.tenant}" and "${tenant}"`,
      );
    }
    byDigest.set(keySha256, { digest: Buffer.from(keySha256, 'hex'), principal: { tenant, role } });
  }
  return {
    find(key) {
      const digest = digestOf(key);
      const candidate = byDigest.get(digest.toString('hex'));
      return candidate !== undefined && timingSafeEqual(candidate.digest, digest) ? candidate.principal : undefined;
    },
  };
}

/** Reads the JSON file of `ApiKeyRecord[]`. Rejects with every problem of the file. */
export async function readApiKeys(path: string): Promise<ApiKeys> {
  const parsed = z
    .array(apiKeyRecordSchema)
    .min(1)
    .safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) {
    throw new Error(`API_KEYS_FILE ${path}:\n${z.prettifyError(parsed.error)}`);
  }
  return apiKeysFrom(parsed.data);
}

/** The key of a request: `x-api-key`, or `Authorization: Bearer`. */
export function presentedKey(request: Request): string | undefined {
  return request.get(headers.apiKey) ?? bearer.exec(request.get('authorization') ?? '')?.[1];
}

/** Who may go on: throws `unauthenticated` without a known key and `forbidden` below the needed role. */
export function authorise(keys: ApiKeys, request: Request, needed: Role): Principal {
  const key = presentedKey(request);
  const principal = key === undefined ? undefined : keys.find(key);
  if (principal === undefined) {
    throw new ApiError('unauthenticated', key === undefined ? 'the request carries no API key' : 'the API key is not known', {
      hint: `send it as ${headers.apiKey} or as Authorization: Bearer`,
    });
  }
  if (rank[principal.role] < rank[needed]) {
    throw new ApiError('forbidden', `the key has the role "${principal.role}"`, { hint: `this needs the role "${needed}"` });
  }
  return principal;
}
