/**
 * The one form of texts that mean the same to a reader: compatibility characters folded (full-width letters, ligatures),
 * white space collapsed. Case and wording stay, since they can carry meaning.
 */
export function normaliseQuery(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, ' ').trim();
}
