import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventText } from '../api/event-stream.ts';
import { askStreamEnds, chatStreamEnds, wholeEvents } from './relay.ts';

const events = fc
  .array(fc.stringMatching(/^(data: [a-zä文 ]{0,9}\n){1,3}$/), { maxLength: 8 })
  .map((texts) => texts.map((text) => `${text}\n`));

test('any split of a stream passes on all whole events, none in part and none late', () => {
  fc.assert(
    fc.property(
      events,
      fc.constantFrom('', 'data: unfinished', 'data: unfinished\n'),
      fc.array(fc.nat(120), { maxLength: 12 }),
      (texts, rest, cuts) => {
        const bytes = Buffer.from(texts.join('') + rest);
        const ends = new Set([0]);
        let length = 0;
        for (const text of texts) {
          length += Buffer.byteLength(text);
          ends.add(length);
        }
        const places = [...cuts.filter((cut) => cut < bytes.length).sort((left, right) => left - right), bytes.length];
        const cut = wholeEvents();
        let passed = Buffer.alloc(0);
        let from = 0;
        for (const place of places) {
          const piece = bytes.subarray(from, place);
          from = place;
          passed = Buffer.concat([passed, cut(piece) ?? Buffer.alloc(0)]);
          // Exactly the events that have come completely so far.
          expect(passed.length).toBe(Math.max(...[...ends].filter((end) => end <= place)));
        }
        expect(passed.toString()).toBe(texts.join(''));
      },
    ),
  );
});

test('an empty piece between the two halves of an end does not hide it', () => {
  const cut = wholeEvents();
  const passed = ['data: \n', '', '\n'].map((piece) => cut(Buffer.from(piece))?.toString());
  expect(passed).toEqual([undefined, undefined, 'data: \n\n']);
});

test('no text of an answer looks like the end of a stream', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (part) => {
      for (const text of [part, `${part}data: [DONE]\n${part}`, `data: {"error":${part}`, 'event: completed\n', '\n\nevent: error\n']) {
        const chunk = `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;
        const event = eventText('generating', { text });
        expect(chunk.includes(chatStreamEnds.completed) || chunk.includes(chatStreamEnds.failed)).toBe(false);
        expect(event.includes(askStreamEnds.completed) || event.includes(askStreamEnds.failed)).toBe(false);
      }
    }),
  );
});
