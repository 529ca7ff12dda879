import type { Result } from '../contract/result.ts';

/** A list or object that holds no other, as `JSON.stringify` lays it out; a brace inside a text only keeps it from being found. */
const innermost = /[{[]\n[^{}[\]]*[}\]]/g;

/**
 * The text of `result.json`: indented, with what holds only figures on one line. A wide run has thousands of points of curves and
 * of seconds, whose indentation was a third of the file.
 */
export function resultText(result: Result): string {
  // Line breaks stand between values only: inside a text JSON writes them as \n.
  const lines = JSON.stringify(result, null, 2).replace(innermost, (block) => block.replace(/\n\s*/g, ' '));
  return `${lines}\n`;
}
