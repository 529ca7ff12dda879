/**
 * Text that PostgreSQL cannot keep as it came: a NUL character, or half of a surrogate pair, which UTF-8 cannot express.
 * Returns the path of every such text in a JSON value, keys included.
 */
export function unstorableTexts(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === 'string') {
    return isStorable(value) ? [] : [path];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(isStorable(key) ? [] : [[...path, JSON.stringify(key)]]),
    ...unstorableTexts(inner, [...path, key]),
  ]);
}

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
