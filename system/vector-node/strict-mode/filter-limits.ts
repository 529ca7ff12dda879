import type { Condition, FieldTest, Filter } from '../filter/filter.ts';

/** The conditions of a filter, those inside of others included; only these look at points. */
export function leavesOf(filter: Filter): Condition[] {
  const conditions = [...filter.must, ...filter.should, ...filter.mustNot, ...(filter.minShould?.conditions ?? [])];
  return conditions.flatMap((condition) =>
    condition.kind === 'filter' || condition.kind === 'nested' ? leavesOf(condition.filter) : [condition],
  );
}

const testSize = (test: FieldTest) => (test.kind === 'matchAny' || test.kind === 'matchExcept' ? test.values.size : 1);

/** How many values a condition compares with. */
export function sizeOf(condition: Condition): number {
  switch (condition.kind) {
    case 'field':
      return Math.max(0, ...condition.tests.map(testSize));
    case 'hasId':
      return condition.ids.size;
    default:
      return 1;
  }
}

/** Types of indexes that answer a test. */
function typesOf(test: FieldTest): string[] {
  switch (test.kind) {
    case 'matchAny':
    case 'matchExcept': {
      const [value] = test.values;
      return typeof value === 'string' ? ['keyword', 'uuid'] : [typeof value === 'boolean' ? 'bool' : 'integer'];
    }
    case 'matchText':
      return ['text'];
    case 'range':
      return ['integer', 'float'];
    case 'datetimeRange':
      return ['datetime'];
    case 'geo':
      return ['geo'];
    default:
      return [];
  }
}

/** The first key that no fitting index has, and the types that would fit; undefined when all have one. */
export function unindexedKey(filter: Filter, typeOf: (key: string) => string | undefined): { key: string; types: string[] } | undefined {
  for (const condition of leavesOf(filter)) {
    for (const test of condition.kind === 'field' ? condition.tests : []) {
      const types = typesOf(test);
      if (condition.kind === 'field' && types.length > 0 && !types.includes(typeOf(condition.path.text) ?? '')) {
        return { key: condition.path.text, types };
      }
    }
  }
  return undefined;
}
