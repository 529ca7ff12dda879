import { expect, it } from 'vitest';
import { splitArguments } from './split-arguments.ts';

it.each([
  ['', []],
  ['  a \t b\v', ['a', 'b']],
  ['""', ['']],
  ['"a b" \'c d\'', ['a b', 'c d']],
  ['"\\x41\\xff\\x4g\\n\\q\\""', ['A\xffx4g\nq"']],
  ["'a\\'b\\n'", ["a'b\\n"]],
  ['pre"fixed"', ['prefixed']],
  ['"open', undefined],
  ['"a"b', undefined],
  ["'a'b", undefined],
  ['"a\\', undefined],
])('%j', (line, words) => {
  expect(splitArguments(line)).toEqual(words);
});
