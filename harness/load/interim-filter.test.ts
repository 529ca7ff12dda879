import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InterimFilter } from './interim-filter.ts';

const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
const interimWithHeaders = 'HTTP/1.1 100 Continue\r\ndate: now\r\n\r\n';

/** What passes of a text that arrives cut at some places. */
function passed(filter: InterimFilter, text: string, cuts: readonly number[]): string {
  const bytes = Buffer.from(text, 'latin1');
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((left, right) => left - right), bytes.length];
  return places
    .slice(1)
    .map((end, index) => filter.strip(bytes.subarray(places[index] as number, end)).toString('latin1'))
    .join('');
}

const cuts = fc.array(fc.nat(500), { maxLength: 12 });
const answers = fc.constantFrom(
  'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 101 x\r\n\r\n',
  'HTTP/1.0 100',
  'garbage',
  `x${interim}`,
);

describe('a filter of interim answers', () => {
  it('takes away what comes before an answer, however it is cut, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(interim, interimWithHeaders), { maxLength: 3 }), answers, cuts, (before, answer, places) => {
        const filter = new InterimFilter();
        filter.expectAnswer();
        expect(passed(filter, before.join('') + answer, places)).toBe(answer);
      }),
    );
  });

  it('leaves an answer alone once it has begun, though it look like another one', () => {
    fc.assert(
      fc.property(cuts, (places) => {
        const filter = new InterimFilter();
        filter.expectAnswer();
        const text = `HTTP/1.1 200 OK\r\n\r\n${interim}`;
        expect(passed(filter, text, places)).toBe(text);
      }),
    );
  });

  it('lets everything pass while nothing was asked, and starts anew with each request', () => {
    const filter = new InterimFilter();
    expect(passed(filter, interim, [])).toBe(interim);
    filter.expectAnswer();
    expect(passed(filter, 'HTTP/1.1 1', [])).toBe('');
    filter.expectAnswer();
    expect(passed(filter, 'HTTP/1.1 200 OK\r\n\r\n', [])).toBe('HTTP/1.1 200 OK\r\n\r\n');
  });
});
