import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../policies/random-stream.ts';
import { type ConceptSpace, createConceptSpace } from './concept-space.ts';
import { shorten } from './direction.ts';
import type { Language } from './vocabulary.ts';

const space = createConceptSpace({ seed: 1, concepts: 64, dimensions: 96 });
const bytesOf = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
const digest = (text: string) =>
  createHash('sha256')
    .update(bytesOf(space.embed(text)))
    .digest('hex');

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, component, index) => sum + component * (right[index] ?? 0), 0);
}

function textOf(of: ConceptSpace, concept: number, count: number, language: Language, stream = randomStream(concept, 'text')): string {
  const words = of.words(concept, language);
  return Array.from({ length: count }, () => words[stream.below(words.length)]).join(language === 'en' ? ' ' : '');
}

describe('embed', () => {
  test('gives unit vectors that depend on nothing but the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const vector = space.embed(text);
        const again = createConceptSpace({ seed: 1, concepts: 64, dimensions: 96 }).embed(text);
        expect(Math.abs(Math.sqrt(dot(vector, vector)) - 1)).toBeLessThan(1e-6);
        expect(bytesOf(again).equals(bytesOf(vector))).toBe(true);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test('gives the same bits on every machine: digests written down once', () => {
    const [english, chinese] = [space.words(5, 'en').join(' '), space.words(5, 'zh').join('的')];
    expect(english).toMatchInlineSnapshot(`"rinakim stidren bosim biglirim drutin dopan fimubrun stalin votredrol drustil mizoho ziglon"`);
    expect(chinese).toMatchInlineSnapshot(`"故质的成校的吐老的延费的日恢的金舍的分律的统册的节绩的登恢的户城的商步"`);
    expect([digest(english), digest(chinese), digest('How are CN-tenant-1-0a1b2c and 你好 related?')]).toMatchInlineSnapshot(`
      [
        "fdd340717562e79779998ef0db7b949037b661ae220a22134805cba0dc672989",
        "6e8f4dd1b216d514ba1f81634a5180046fea5e051465ccf1e8e23d2b6134527c",
        "dac946a6c4e8b3a0b193dcc9e0f2329be99e783f6a9d23269ff9f579c5f9fbb0",
      ]
    `);
  });

  test('does not depend on what was embedded before, though words are kept', () => {
    const small = createConceptSpace({ seed: 1, concepts: 64, dimensions: 96 });
    for (let round = 0; round < 3000; round += 1) {
      small.embed(`only-once-${round}`);
    }
    const text = `${textOf(space, 3, 10, 'en')} 你好`;
    expect(small.embed(text)).toEqual(space.embed(text));
  });

  test('a text without a word gives the first axis', () => {
    for (const text of ['', ' ', '?!…', '\n']) {
      expect([...space.embed(text).subarray(0, 2)]).toEqual([1, 0]);
    }
  });

  test('canonically equal texts and letter case make no difference', () => {
    expect(space.embed('Café DÉJÀ vu')).toEqual(space.embed('Café déjà vu'.normalize('NFD')));
    expect(space.embed('ＡＢＣ')).toEqual(space.embed('abc'));
  });

  test('unknown words have directions of their own', () => {
    expect(Math.abs(dot(space.embed('xylophone'), space.embed('quartz')))).toBeLessThan(0.5);
    expect(dot(space.embed('xylophone quartz'), space.embed('xylophone'))).toBeGreaterThan(0.5);
  });

  test('another seed is another space', () => {
    const other = createConceptSpace({ seed: 2, concepts: 64, dimensions: 96 });
    expect(other.words(0, 'en')).not.toEqual(space.words(0, 'en'));
    expect(other.embed('xylophone')).not.toEqual(space.embed('xylophone'));
  });

  test('names the option that is out of range', () => {
    expect(() => createConceptSpace({ seed: 1, concepts: 0, dimensions: 8 })).toThrow('concepts is 0');
    expect(() => createConceptSpace({ seed: 1, concepts: 1, dimensions: 1.5 })).toThrow('dimensions is 1.5');
    expect(() => createConceptSpace({ seed: 1, concepts: 1, dimensions: 8, overlap: 1 })).toThrow('overlap is 1');
    expect(() => createConceptSpace({ seed: 1, concepts: 1, dimensions: 8, wordSpread: -1 })).toThrow('wordSpread is -1');
  });
});

describe('words', () => {
  test('are different for every concept and language, readable, and of the right script', () => {
    const large = createConceptSpace({ seed: 4, concepts: 1024, dimensions: 4 });
    const english = Array.from({ length: 1024 }, (_, concept) => large.words(concept, 'en')).flat();
    const chinese = Array.from({ length: 1024 }, (_, concept) => large.words(concept, 'zh')).flat();
    expect(new Set(english).size).toBe(1024 * 12);
    expect(new Set(chinese).size).toBe(1024 * 12);
    expect(english.filter((word) => !/^[a-z]{4,10}$/.test(word))).toEqual([]);
    expect(chinese.filter((word) => !/^\p{Script=Han}{2}$/v.test(word))).toEqual([]);
    expect(() => large.words(1024, 'en')).toThrow('position 1024');
  });
});

describe('neighbours', () => {
  /** Cosines of a short question with texts about its concept (right), about a sibling (wrong) and about a stranger. */
  function similarities(of: ConceptSpace) {
    const right: number[] = [];
    const sibling: number[] = [];
    const stranger: number[] = [];
    const stream = randomStream(11, 'neighbours');
    for (let round = 0; round < 400; round += 1) {
      const concept = round % 64;
      const language = round % 2 === 0 ? 'en' : 'zh';
      const question = of.embed(textOf(of, concept, 6, 'en', stream));
      const second = textOf(of, stream.below(64), 12, language, stream);
      right.push(dot(question, of.embed(`${textOf(of, concept, 12, language, stream)}。${second}`)));
      sibling.push(dot(question, of.embed(textOf(of, concept ^ 1, 20, language, stream))));
      stranger.push(dot(question, of.embed(textOf(of, (concept + 32) % 64, 20, language, stream))));
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const lowRight = [...right].sort((left, other) => left - other)[Math.floor(0.05 * right.length)] ?? 0;
    return {
      right: mean(right),
      stranger: mean(stranger),
      wrongAboveLowRight: sibling.filter((value) => value > lowRight).length / sibling.length,
    };
  }
  const spaceOf = (overlap: number) => createConceptSpace({ seed: 1, concepts: 64, dimensions: 256, overlap });

  test('texts about one concept are near, in either language; strangers are not', () => {
    const { right, stranger } = similarities(spaceOf(0.7));
    expect(right).toBeGreaterThan(0.4);
    expect(Math.abs(stranger)).toBeLessThan(0.05);
  });

  test('overlap decides how many wrong neighbours score like right ones', () => {
    const shares = [0, 0.4, 0.7, 0.9].map((overlap) => similarities(spaceOf(overlap)).wrongAboveLowRight);
    expect(shares[0]).toBeLessThan(0.02);
    expect(shares[2]).toBeGreaterThan(0.3);
    expect(shares).toEqual([...shares].sort((left, right) => left - right));
  });
});

test('a shortened vector is its first components at length 1', () => {
  const vector = space.embed('xylophone');
  const short = shorten(vector, 10);
  expect(short.length).toBe(10);
  expect(dot(short, short)).toBeCloseTo(1, 6);
  expect((short[3] ?? 0) / (short[0] ?? 0)).toBeCloseTo((vector[3] ?? 0) / (vector[0] ?? 0), 4);
  expect(shorten(vector, 96)).toBe(vector);
});
