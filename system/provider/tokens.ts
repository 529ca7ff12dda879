const han = /\p{Script=Han}/v;
const charactersPerToken = 4;

function weightOf(character: string): number {
  return character > '\u2e7f' && han.test(character) ? 1 : 1 / charactersPerToken;
}

/** What a text adds to the tokens of a longer one: whole and quarter tokens. */
export function tokenWeight(text: string): number {
  let tokens = 0;
  for (const character of text) {
    tokens += weightOf(character);
  }
  return tokens;
}

/** Estimated tokens of a text: one per Chinese character, one per four others, as OpenAI's rule of thumb has it. */
export function tokenCount(text: string): number {
  return Math.ceil(tokenWeight(text));
}

/** A text in pieces of one token each: as many as `tokenCount` says, and joined the same text again. */
export function tokenPieces(text: string): string[] {
  const pieces: string[] = [];
  let tokens = 0;
  for (const character of text) {
    tokens += weightOf(character);
    const index = Math.ceil(tokens) - 1;
    pieces[index] = (pieces[index] ?? '') + character;
  }
  return pieces;
}

/** The longest beginning of a text that has at most `limit` tokens. */
export function cutToTokens(text: string, limit: number): string {
  let tokens = 0;
  let length = 0;
  for (const character of text) {
    tokens += weightOf(character);
    if (tokens > limit) {
      break;
    }
    length += character.length;
  }
  return text.slice(0, length);
}
