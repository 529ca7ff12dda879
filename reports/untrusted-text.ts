/**
 * Reasons, titles and ids come from processes and files that a report cannot vouch for. Control characters could move a
 * terminal's cursor, line separators could end a string, and direction overrides could make a text read as another one.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text on one line with everything invisible that could mislead replaced by U+FFFD. */
export function visible(text: string): string {
  return text.replace(/[\t\n\r]+/g, ' ').replace(unsafe, '\ufffd');
}
