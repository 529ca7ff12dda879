const hanRunOrCode = /(\p{Script=Han}+)|([[\p{L}\p{M}\p{N}]--\p{Script=Han}]+(?:[\-_.\/][[\p{L}\p{M}\p{N}]--\p{Script=Han}]+)*)/gv;
const joint = /[\-_.\/]/v;
const digit = /\p{N}/v;

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/**
 * Pairs of neighbouring characters, because a dictionary cuts a word in two where it does not know it (数据|库), and the
 * words of three and more characters that the dictionary does know. Words of two are pairs already, and single characters
 * in a run are mostly particles, which say little.
 */
function pushHan(run: string, tokens: string[]): void {
  const characters = Array.from(run);
  if (characters.length === 1) {
    tokens.push(run);
    return;
  }
  for (let index = 0; index + 1 < characters.length; index += 1) {
    tokens.push(`${characters[index]}${characters[index + 1]}`);
  }
  if (characters.length > 2) {
    for (const { segment } of segmenter.segment(run)) {
      // Two characters outside the basic plane are four code units; such a word is rare and only counted twice.
      if (segment.length > 2) {
        tokens.push(segment);
      }
    }
  }
}

/**
 * The terms of a text for keyword search, with repetitions, in the order of the text. Compatibility forms and case are
 * folded. A code such as `ERR-4711.b` gives its parts and, so that it can be asked for as a whole, itself.
 */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (const [, han, word] of text.normalize('NFKC').toLowerCase().matchAll(hanRunOrCode)) {
    if (han !== undefined) {
      pushHan(han, tokens);
    } else if (word !== undefined) {
      const parts = word.split(joint);
      tokens.push(...parts);
      if (parts.length > 1 && digit.test(word)) {
        tokens.push(word);
      }
    }
  }
  return tokens;
}
