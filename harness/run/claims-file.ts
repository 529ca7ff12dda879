import { readFile } from 'node:fs/promises';
import { claimsFrom } from '../claims/registry.ts';
import type { Claim } from '../contract/claim.ts';

/** All claims of the source material. Rejects with a `Failure` (78) that names every problem of the file. */
export async function readClaims(): Promise<Claim[]> {
  return claimsFrom(await readFile(new URL('../../fixtures/claims.yaml', import.meta.url), 'utf8'), 'fixtures/claims.yaml');
}
