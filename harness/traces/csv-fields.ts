const quotedField = /"((?:[^"]|"")*)"(?:,|$)|([^",]*)(?:,|$)/y;

/**
 * The fields of one line, quoted as in RFC 4180 or not at all; most lines hold no quote and need no expression. Throws what `refuse`
 * makes of a quote that is not closed or stands within a field.
 */
export function fieldsOf(line: string, refuse: (problem: string) => Error): string[] {
  if (!line.includes('"')) {
    return line.split(',');
  }
  const fields: string[] = [];
  quotedField.lastIndex = 0;
  for (;;) {
    const from = quotedField.lastIndex;
    const match = quotedField.exec(line);
    if (match === null) {
      throw refuse(`a quote is not closed or stands within a field, at character ${from + 1}`);
    }
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (!match[0].endsWith(',')) {
      return fields;
    }
    if (quotedField.lastIndex === line.length) {
      // A comma at the end opens one more field, which is empty.
      return [...fields, ''];
    }
  }
}
