/** 2 is what a connection starts with; `HELLO 3` changes it. */
export type ProtocolVersion = 2 | 3;

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const outerLineEnds = /^[\r\n]+|[\r\n]+$/g;
const lineEnds = /[\r\n]/g;

/** Writes replies: the same for both protocols. Texts have one character per byte. */
export const reply = {
  ok: '+OK\r\n',
  simple: (text: string) => `+${text}\r\n`,
  /** `text` begins with the code, such as `ERR`. Line ends would end the reply: as in Redis they become spaces, or go where they are outermost. */
  error: (text: string) => `-${text.replace(outerLineEnds, '').replace(lineEnds, ' ')}\r\n`,
  integer: (value: number | bigint) => `:${value}\r\n`,
  bulk,
  /** Of replies that are written already. */
  array: (replies: readonly string[]) => `*${replies.length}\r\n${replies.join('')}`,
} as const;

/** What the protocols write differently. */
export interface Dialect {
  readonly null: string;
  /** Fields and values by turns. */
  map(fieldsAndValues: readonly string[]): string;
  /** Text for people. */
  verbatim(text: string): string;
}

export const dialects: Readonly<Record<ProtocolVersion, Dialect>> = {
  2: {
    null: '$-1\r\n',
    map: (fieldsAndValues) => reply.array(fieldsAndValues),
    verbatim: bulk,
  },
  3: {
    null: '_\r\n',
    map: (fieldsAndValues) => `%${fieldsAndValues.length / 2}\r\n${fieldsAndValues.join('')}`,
    verbatim: (text) => `=${text.length + 4}\r\ntxt:${text}\r\n`,
  },
};
