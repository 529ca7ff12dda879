/** One event of a `text/event-stream`; `event` is "message" where the stream names none. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

export interface EventReader {
  /** The events that these bytes complete, in order. Throws a `RangeError` on an event longer than the limit. */
  push(bytes: Uint8Array): ServerSentEvent[];
}

export const eventStreamType = 'text/event-stream';

/** Far more than any event of this system or of a provider; what is longer is not an event but a broken stream. */
const defaultLimit = 4 * 1024 * 1024;

/** One event with a JSON value as its data. JSON text has no line breaks, so it is always one line. */
export function eventText(event: string, value: unknown): string {
  return `event: ${event}\n${dataText(JSON.stringify(value))}`;
}

/** One event without a name, as OpenAI sends them. `data` must have no line break. */
export function dataText(data: string): string {
  return `data: ${data}\n\n`;
}

/**
 * Reads server-sent events as WHATWG HTML describes them, from bytes that may be split anywhere: within a character, a line
 * end or a field. Ids and retry times are not kept, since nothing here reconnects. An event that the stream's end cuts off was
 * never completed and is never given. `limit` is the longest line and the longest data of one event, in characters.
 */
export function createEventReader(limit = defaultLimit): EventReader {
  // Strips a byte order mark and holds back the first bytes of a character that is not complete.
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let endedByReturn = false;
  let name = '';
  let data: string[] = [];
  let dataLength = 0;

  const takeField = (line: string) => {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') {
      name = value;
    } else if (field === 'data') {
      dataLength += value.length + 1;
      refuseAbove(limit, dataLength);
      data.push(value);
    }
  };
  const complete = (): ServerSentEvent | undefined => {
    const event = data.length === 0 ? undefined : { event: name === '' ? 'message' : name, data: data.join('\n') };
    name = '';
    data = [];
    dataLength = 0;
    return event;
  };

  return {
    push(bytes) {
      let text = decoder.decode(bytes, { stream: true });
      if (endedByReturn && text !== '') {
        // The other half of a line end that was split between two pieces.
        text = text.startsWith('\n') ? text.slice(1) : text;
        endedByReturn = false;
      }
      // Only what is new is searched, or a line in a thousand pieces would be read a thousand times.
      const lines = text.split(/\r\n|\n|\r/);
      endedByReturn ||= text.endsWith('\r');
      lines[0] = rest + (lines[0] as string);
      rest = lines.pop() as string;
      refuseAbove(limit, rest.length);
      const events: ServerSentEvent[] = [];
      for (const line of lines) {
        if (line === '') {
          const event = complete();
          if (event !== undefined) {
            events.push(event);
          }
        } else {
          takeField(line);
        }
      }
      return events;
    },
  };
}

function refuseAbove(limit: number, length: number): void {
  if (length > limit) {
    throw new RangeError(`an event of the stream is longer than ${limit} characters`);
  }
}
