import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

const row = { engine: 'embedded', what: 'search', unit: 'x', value: { median: 2.5, low: 2, high: 3 }, note: '' };

test('a target is met by the median or missed', () => {
  expect(formatTable([{ ...row, atMost: 2.5 }])).toContain('<= 2.5 met');
  expect(formatTable([{ ...row, atMost: 2 }])).toContain('<= 2 missed');
  expect(formatTable([{ ...row, atLeast: 2.5 }])).toContain('>= 2.5 met');
  expect(formatTable([{ ...row, atLeast: 3 }])).toContain('>= 3 missed');
  expect(formatTable([row])).not.toMatch(/met|missed/);
});

test('a run that is too short says so in place of a verdict', () => {
  const text = formatTable([{ ...row, atMost: 2 }, row], 'judged at 50000 points');
  expect(text).toContain('<= 2 judged at 50000 points');
  expect(text).not.toMatch(/met|missed/);
});
