const hanRunOrWord = /(\p{Script=Han}+)|[[\p{L}\p{M}\p{N}]--\p{Script=Han}]+/gv;

/**
 * Cuts a text into the terms that carry its meaning: words of letters and digits in lower case, and for runs of Chinese
 * characters the known two-character words by forward maximum matching, other characters singly. A fixed rule instead
 * of Intl.Segmenter, whose dictionary changes with the runtime's ICU. Unicode forms of one text give the same terms.
 */
export function terms(text: string, isKnownWord: (word: string) => boolean): string[] {
  const found: string[] = [];
  for (const [whole, han] of text.normalize('NFKC').toLowerCase().matchAll(hanRunOrWord)) {
    if (han === undefined) {
      found.push(whole);
      continue;
    }
    const characters = Array.from(han);
    for (let index = 0; index < characters.length; index += 1) {
      const pair = `${characters[index]}${characters[index + 1] ?? ''}`;
      if (isKnownWord(pair)) {
        found.push(pair);
        index += 1;
      } else {
        found.push(characters[index] ?? '');
      }
    }
  }
  return found;
}
