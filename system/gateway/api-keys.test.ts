import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from 'express';
import { describe, expect, test } from 'vitest';
import type { Role } from '../api/environment.ts';
import type { ApiError } from '../runtime/api-error.ts';
import { apiKeysFrom, authorise, readApiKeys } from './api-keys.ts';

const record = (key: string, tenant: string, role: Role) => ({ tenant, role, keySha256: createHash('sha256').update(key).digest('hex') });
const keys = apiKeysFrom([
  record('read-key', 'acme', 'reader'),
  record('write-key', 'acme', 'writer'),
  record('admin-key', 'globex', 'admin'),
]);
const requestWith = (headers: Record<string, string>) => ({ get: (name: string) => headers[name.toLowerCase()] }) as unknown as Request;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as ApiError).code;
  }
  return 'allowed';
}

describe('authorise', () => {
  test('a key opens its own tenant with its own role, in either header', () => {
    expect(authorise(keys, requestWith({ 'x-api-key': 'write-key' }), 'writer')).toEqual({ tenant: 'acme', role: 'writer' });
    expect(authorise(keys, requestWith({ authorization: 'Bearer admin-key' }), 'writer')).toEqual({ tenant: 'globex', role: 'admin' });
    expect(authorise(keys, requestWith({ authorization: 'bearer  admin-key ' }), 'admin').tenant).toBe('globex');
  });

  test('x-api-key decides when both are there', () => {
    const both = requestWith({ 'x-api-key': 'read-key', authorization: 'Bearer admin-key' });
    expect(authorise(keys, both, 'reader').tenant).toBe('acme');
  });

  test.each<[Record<string, string>]>([
    [{}],
    [{ 'x-api-key': '' }],
    [{ 'x-api-key': 'unknown' }],
    [{ 'x-api-key': record('read-key', 'acme', 'reader').keySha256 }],
    [{ authorization: 'Basic cmVhZC1rZXk=' }],
    [{ authorization: 'read-key' }],
    [{ authorization: 'Bearer ' }],
  ])('%j is unauthenticated', (headers) => {
    expect(codeOf(() => authorise(keys, requestWith(headers), 'reader'))).toBe('unauthenticated');
  });

  test.each<[string, Role, string]>([
    ['read-key', 'reader', 'allowed'],
    ['read-key', 'writer', 'forbidden'],
    ['read-key', 'admin', 'forbidden'],
    ['write-key', 'writer', 'allowed'],
    ['write-key', 'admin', 'forbidden'],
    ['admin-key', 'admin', 'allowed'],
  ])('%s as %s: %s', (key, role, expected) => {
    expect(codeOf(() => authorise(keys, requestWith({ 'x-api-key': key }), role))).toBe(expected);
  });

  test('the message does not repeat the key', () => {
    let message = '';
    try {
      authorise(keys, requestWith({ 'x-api-key': 'a-secret' }), 'reader');
    } catch (error) {
      message = `${(error as ApiError).message} ${(error as ApiError).hint}`;
    }
    expect(message).toContain('not known');
    expect(message).not.toContain('a-secret');
  });
});

describe('the keys file', () => {
  test('one key for two tenants is an error', () => {
    expect(() => apiKeysFrom([record('same', 'acme', 'reader'), record('same', 'globex', 'reader')])).toThrow(
      /twice, for "acme" and "globex"/,
    );
  });

  test('every problem is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'api-keys-'));
    const path = join(folder, 'keys.json');
    await writeFile(path, JSON.stringify([{ tenant: 'Not valid', role: 'owner', keySha256: 'plain text key' }]));
    await expect(readApiKeys(path)).rejects.toThrow(/tenant[\s\S]*role[\s\S]*keySha256/);
    await rm(folder, { recursive: true });
  });
});
