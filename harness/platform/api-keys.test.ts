import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { apiKeyRecordSchema } from '../../system/api/environment.ts';
import { createApiKeys, keyRecords } from './api-keys.ts';

describe('createApiKeys', () => {
  it('gives each tenant a writer and a reader, all different', () => {
    const keys = createApiKeys(['acme', 'globex']);
    expect(keys.map(({ tenant, role }) => `${tenant}/${role}`)).toEqual(['acme/writer', 'acme/reader', 'globex/writer', 'globex/reader']);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(4);
  });

  it('never gives the same key twice', () => {
    expect(createApiKeys(['acme'])[0]?.key).not.toBe(createApiKeys(['acme'])[0]?.key);
  });
});

describe('keyRecords', () => {
  it('holds digests that the gateway accepts, and no key', () => {
    const keys = createApiKeys(['acme']);
    const records = keyRecords(keys).map((record) => apiKeyRecordSchema.parse(record));
    expect(records.map(({ keySha256 }) => keySha256)).toEqual(keys.map(({ key }) => createHash('sha256').update(key).digest('hex')));
    for (const { key } of keys) {
      expect(JSON.stringify(records)).not.toContain(key);
    }
  });
});
