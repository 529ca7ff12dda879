/** Characters that no shell reads anything into. */
const plain = /^[\w@%+=:,./-]+$/;

/** Words as a line that a shell takes apart into the same words. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
