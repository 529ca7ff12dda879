import { expect, it } from 'vitest';
import { schemaText } from './schema.ts';

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { $ref } = value as { $ref?: unknown };
  return [...(typeof $ref === 'string' ? [$ref] : []), ...Object.values(value).flatMap(referencesIn)];
}

it('refers to nothing that is not there', () => {
  const schema: unknown = JSON.parse(schemaText());
  const references = new Set(referencesIn(schema));
  // A rule's settings are any JSON, which holds itself.
  expect(references.size).toBeGreaterThan(0);
  for (const reference of references) {
    const found = reference
      .split('/')
      .slice(1)
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], schema);
    expect(found, reference).toBeDefined();
  }
});
