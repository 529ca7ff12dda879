const lineEnd = '\r\n';

/**
 * How many characters the first reply in a text takes, whichever protocol it is in; undefined when it is not complete yet.
 * Throws `RangeError` on what is no reply.
 */
export function replyLength(text: string, start = 0): number | undefined {
  const end = text.indexOf(lineEnd, start);
  if (end < 0) {
    return undefined;
  }
  const kind = text.charAt(start);
  const behind = end + lineEnd.length;
  const count = Number(text.slice(start + 1, end));
  switch (kind) {
    case '+':
    case '-':
    case ':':
    case '_':
      return behind - start;
    case '$':
    case '=': {
      const last = count < 0 ? behind : behind + count + lineEnd.length;
      return last <= text.length ? last - start : undefined;
    }
    case '*':
    case '%': {
      let position = behind;
      for (let item = 0; item < (kind === '%' ? count * 2 : count); item += 1) {
        const length = replyLength(text, position);
        if (length === undefined) {
          return undefined;
        }
        position += length;
      }
      return position - start;
    }
    default:
      throw new RangeError(`no reply begins with ${JSON.stringify(text.slice(start, start + 20))}`);
  }
}
