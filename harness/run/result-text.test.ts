import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Result } from '../contract/result.ts';
import { resultText } from './result-text.ts';

it('is the same value whatever it holds, braces and line breaks in texts included', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('{\n  "a": 1\n}', '[\n]', ']}\n  {[', '\\n', '{\r\n}'));
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.array(tie('any')), fc.dictionary(text, tie('any'))),
  })).any;
  fc.assert(
    fc.property(value, (any) => {
      // The text knows nothing of the shape of a result.
      expect(JSON.parse(resultText(any as Result))).toEqual(JSON.parse(JSON.stringify(any)));
    }),
  );
});

it('puts a point on one line and everything around it on lines of its own', () => {
  const value = {
    id: 'single',
    points: [
      { percentile: 50, ms: 4.2 },
      { percentile: 99, ms: 9 },
    ],
    shards: [1, 2],
  };
  expect(resultText(value as unknown as Result)).toBe(`{
  "id": "single",
  "points": [
    { "percentile": 50, "ms": 4.2 },
    { "percentile": 99, "ms": 9 }
  ],
  "shards": [ 1, 2 ]
}
`);
});
