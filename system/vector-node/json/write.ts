interface RawJson {
  rawJSON(text: string): unknown;
}

function rawIntegers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? (JSON as unknown as RawJson).rawJSON(value.toString()) : value;
}

/** JSON text of a value whose integers may be bigints; those are written in full. */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.stringify refuses bigints; asking for a replacer only then keeps the common case fast.
    if (error instanceof TypeError) {
      return JSON.stringify(value, rawIntegers);
    }
    throw error;
  }
}
