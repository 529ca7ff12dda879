import { describe, expect, it } from 'vitest';
import { EndedPart } from './ended-part.ts';

const ended = (lines: readonly string[]) =>
  new EndedPart({ code: 'part_died', what: 'query-0 ended with signal SIGABRT', hint: 'the whole log is x', part: 'query-0', lines });
const frames = (count: number) => Array.from({ length: count }, (_, frame) => `${frame + 1}: 0x840e50  [node]`);
const fatal = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';

describe('a part that ended', () => {
  it.each([0, 5, 19, 20, 60])('is out of memory whose last words are V8’s, however many frames (%i) follow them', (count) => {
    const { outOfMemory, message } = ended(['started', fatal, ...frames(count)]);
    expect(outOfMemory).toBe(true);
    // What says why is shown once, with the last lines.
    expect(message.split(fatal)).toHaveLength(2);
    expect(message.split('\n').length).toBeLessThanOrEqual(23);
  });

  it('is not, whatever else it wrote last', () => {
    const { outOfMemory, message } = ended(['TypeError: x', ...frames(30)]);
    expect(outOfMemory).toBe(false);
    expect(message).toContain('query-0 ended with signal SIGABRT; its last lines:\n  | 11: 0x');
    expect(ended([]).message).toBe('query-0 ended with signal SIGABRT; it wrote nothing');
  });
});
