import { describe, expect, it } from 'vitest';
import { claimsFrom } from './registry.ts';

const good = `version: 1
claims:
  - id: a-claim
    chapter: A
    kind: claim
    statement: Water is wet.
    sli: wetness
    comparator: ge
    value: 1
    unit: share
    scenario: somewhere
    judge: Touch it.
`;

const messageOf = (text: string): string => {
  try {
    claimsFrom(text, 'claims.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

describe('claimsFrom', () => {
  it('reads a claim as it stands', () => {
    expect(claimsFrom(good, 'claims.yaml')).toMatchObject([{ id: 'a-claim', comparator: 'ge', value: 1, scenario: 'somewhere' }]);
  });

  it('names every problem at once, each with its place', () => {
    const broken = good.replace('chapter: A', 'chapter: Z').replace('statement:', 'statment:').replace('value: 1', 'value: one');
    const message = messageOf(broken);
    for (const part of ['claims[0].chapter', 'unknown field "statment"; did you mean "statement"', 'claims[0].value']) {
      expect(message).toContain(part);
    }
  });

  it('refuses a bound without its unit, an id that is listed twice, a range of one value and a range that ends before it starts', () => {
    expect(messageOf(good.replace('    unit: share\n', ''))).toContain('claims[0].comparator: comparator, value and unit stand together');
    expect(messageOf(good + good.split('claims:\n')[1])).toContain('claim "a-claim" is listed twice');
    expect(messageOf(good.replace('comparator: ge', 'comparator: range'))).toContain('a range has two values');
    expect(messageOf(good.replace('comparator: ge', 'comparator: range').replace('value: 1', 'value: [2, 1]'))).toContain('ends at 1');
  });

  it('says where the text is no YAML', () => {
    expect(messageOf('version: 1\nclaims: [\n')).toMatch(/^claims\.yaml:\d+ is no YAML/);
    expect(messageOf('')).toContain('claims.yaml is not valid');
  });
});
