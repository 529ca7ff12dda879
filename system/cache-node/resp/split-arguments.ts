const isSpace = (character: string | undefined) => character !== undefined && ' \t\n\v\f\r'.includes(character);
const isHexDigit = (character: string | undefined) => character !== undefined && /^[0-9a-fA-F]$/.test(character);
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** The text of a quoted argument and the position behind its closing quote; undefined when it is not closed properly. */
function quoted(line: string, start: number, quote: '"' | "'"): { readonly text: string; readonly end: number } | undefined {
  let text = '';
  for (let position = start; position < line.length; position += 1) {
    const character = line[position] as string;
    const next = line[position + 1];
    if (character === quote) {
      // A closing quote must be followed by a space or nothing at all.
      return next === undefined || isSpace(next) ? { text, end: position + 1 } : undefined;
    }
    if (character === '\\' && quote === "'" && next === "'") {
      text += "'";
      position += 1;
    } else if (character === '\\' && quote === '"' && next === 'x' && isHexDigit(line[position + 2]) && isHexDigit(line[position + 3])) {
      text += String.fromCharCode(Number.parseInt(line.slice(position + 2, position + 4), 16));
      position += 3;
    } else if (character === '\\' && quote === '"' && next !== undefined) {
      text += escapes[next] ?? next;
      position += 1;
    } else {
      text += character;
    }
  }
  return undefined;
}

/**
 * The arguments of an inline command as Redis takes them apart: separated by white space, `"…"` with the escapes of C and
 * `\xHH`, `'…'` with `\'`. Undefined when quotes are not balanced.
 */
export function splitArguments(line: string): string[] | undefined {
  const result: string[] = [];
  let position = 0;
  for (;;) {
    while (isSpace(line[position])) {
      position += 1;
    }
    if (position >= line.length) {
      return result;
    }
    let argument = '';
    while (position < line.length && !isSpace(line[position])) {
      const character = line[position] as string;
      if (character === '"' || character === "'") {
        const rest = quoted(line, position + 1, character);
        if (rest === undefined) {
          return undefined;
        }
        argument += rest.text;
        position = rest.end;
        break;
      }
      argument += character;
      position += 1;
    }
    result.push(argument);
  }
}
