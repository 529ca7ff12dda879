import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../contract/failure.ts';
import { TraceCollector } from '../simulation/cache-replay/trace-collector.ts';
import { type TraceFormatId, traceFormats } from './formats/index.ts';

/** The requests of a file given in pieces of one size, with keys by the order in which they appear. */
function decoded(format: TraceFormatId, content: string | Buffer, pieceBytes = 1 << 20, drawKey?: () => string) {
  const collector = new TraceCollector({ requestBudget: Number.POSITIVE_INFINITY, sampleRate: 1 });
  const decoder = traceFormats[format].open({ file: 'some.trace', drawKey }, collector);
  const buffer = Buffer.from(content);
  for (let at = 0; at < buffer.length; at += pieceBytes) {
    decoder.push(buffer.subarray(at, at + pieceBytes));
  }
  decoder.end();
  const { key, timeSeconds, sizeBytes, tokens, seconds } = collector.finish();
  const plain = (column: Float64Array | undefined) => column && [...column];
  return {
    keys: [...key],
    times: plain(timeSeconds),
    sizes: plain(sizeBytes),
    tokens: plain(tokens),
    seconds: plain(seconds),
  };
}

function failureOf(format: TraceFormatId, content: string | Buffer): Failure {
  try {
    decoded(format, content);
  } catch (error) {
    if (error instanceof Failure) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

function oracleRecord({ time = 0, key = 1n, size = 10, next = -1n }): Buffer {
  const record = Buffer.alloc(24);
  record.writeUInt32LE(time, 0);
  record.writeBigUInt64LE(key, 4);
  record.writeUInt32LE(size, 12);
  record.writeBigInt64LE(next, 16);
  return record;
}

describe('one key a line', () => {
  it('reads the same in pieces of any size, in Unix and Windows form, with and without a last line end', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme', minLength: 1 }).filter((key) => !/[\r\n\uFEFF]/.test(key)),
          { minLength: 1 },
        ),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        (keys, end, ended, piece) => {
          const numbered = keys.map((key) => [...new Set(keys)].indexOf(key));
          expect(decoded('keys', keys.join(end) + (ended ? end : ''), piece).keys).toEqual(numbered);
        },
      ),
    );
  });

  it('passes over a byte order mark and empty lines at the end only', () => {
    expect(decoded('keys', '\uFEFFa\nb\na\n\n\n').keys).toEqual([0, 1, 0]);
    expect(failureOf('keys', 'a\n\nb\n')).toMatchObject({
      code: 'invalid_trace',
      exitCode: 78,
      message: expect.stringContaining('some.trace, line 2'),
    });
  });

  it('refuses a file without lines instead of holding it in memory', () => {
    expect(failureOf('keys', Buffer.alloc((1 << 20) + 1, 'x'))).toMatchObject({
      code: 'invalid_trace',
      message: expect.stringContaining('line 1'),
    });
  });
});

describe('our CSV', () => {
  it('reads every column by its name, in any order', () => {
    expect(decoded('csv', 'size,key,cost_seconds,time,cost_tokens\n10,a,0.5,100,7\n20,b,0,100.5,8\n10,a,1,103,9\n', 5)).toEqual({
      keys: [0, 1, 0],
      times: [0, 0.5, 3],
      sizes: [10, 20, 10],
      tokens: [7, 8, 9],
      seconds: [0.5, 0, 1],
    });
  });

  it('needs the key only', () => {
    expect(decoded('csv', 'key\na\nb\n')).toEqual({
      keys: [0, 1],
      times: undefined,
      sizes: undefined,
      tokens: undefined,
      seconds: undefined,
    });
  });

  it('gives back quoted keys', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1 }).filter((key) => !/[\r\n]/.test(key)),
          { minLength: 1 },
        ),
        (keys) => {
          const rows = keys.map((key, place) => `${place},"${key.replaceAll('"', '""')}"`);
          expect(decoded('csv', ['time,key', ...rows].join('\n')).keys).toEqual(keys.map((key) => [...new Set(keys)].indexOf(key)));
        },
      ),
    );
  });

  it.each([
    ['keyy\na', 'line 1', 'unknown column "keyy"', 'did you mean "key"?'],
    ['time,size\n1,2', 'line 1', 'no column "key"', 'the first line names'],
    ['key,key\na,b', 'line 1', 'named twice', undefined],
    ['key,time\na,1\nb', 'line 3', '1 fields where the head names 2', undefined],
    ['key,time\na,1\nb,2,3', 'line 3', '3 fields where the head names 2', undefined],
    ['key,time\na,soon', 'line 2', 'time is "soon"', undefined],
    ['key,time\na,', 'line 2', 'time is ""', undefined],
    ['key,size\na,0', 'line 2', 'size is "0"', undefined],
    ['key,size\na,-5', 'line 2', 'size is "-5"', undefined],
    ['key,cost_tokens\na,-1', 'line 2', 'cost_tokens is "-1"', undefined],
    ['key,cost_seconds\na,1e999', 'line 2', 'cost_seconds is "1e999"', undefined],
    ['key,time\n,1', 'line 2', 'the key is empty', undefined],
    ['key\n"a', 'line 2', 'a quote is not closed', undefined],
    ['key\na"b', 'line 2', 'stands within a field', undefined],
  ])('refuses %j', (content, position, message, hint) => {
    const failure = failureOf('csv', content);
    expect(failure).toMatchObject({ code: 'invalid_trace', exitCode: 78 });
    expect(failure.message).toContain(`some.trace, ${position}: `);
    expect(failure.message).toContain(message);
    expect(failure.hint ?? '').toContain(hint ?? '');
  });

  it('refuses a time before the one above it', () => {
    expect(failureOf('csv', 'key,time\na,5\nb,5\nc,4.5\n')).toMatchObject({
      code: 'trace_out_of_order',
      exitCode: 78,
      message: 'some.trace, line 4: time 4.5 after time 5',
    });
  });
});

describe('oracleGeneral', () => {
  it('reads records that begin in one piece and end in the next', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), size: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }), {
          minLength: 1,
        }),
        fc.integer({ min: 1, max: 50 }),
        (requests, piece) => {
          const content = Buffer.concat(requests.map((request, place) => oracleRecord({ ...request, time: place * 3 })));
          const keys = [...new Set(requests.map(({ key }) => key))];
          expect(decoded('oracle-general', content, piece)).toEqual({
            keys: requests.map(({ key }) => keys.indexOf(key)),
            times: requests.map((_, place) => place * 3),
            sizes: requests.map(({ size }) => size),
            tokens: undefined,
            seconds: undefined,
          });
        },
      ),
    );
  });

  it('tells keys apart that differ in one half only', () => {
    const keys = [1n, 1n << 32n, (1n << 32n) + 1n, 0n, 1n];
    expect(decoded('oracle-general', Buffer.concat(keys.map((key) => oracleRecord({ key })))).keys).toEqual([0, 1, 2, 3, 0]);
  });

  it('names the offset of what it refuses', () => {
    const two = Buffer.concat([oracleRecord({ time: 9 }), oracleRecord({ time: 10 })]);
    expect(failureOf('oracle-general', two.subarray(0, 47))).toMatchObject({
      code: 'truncated_record',
      exitCode: 78,
      message: 'some.trace, offset 24: 23 bytes where a record has 24',
    });
    expect(failureOf('oracle-general', Buffer.concat([two, oracleRecord({ time: 9 })]))).toMatchObject({
      code: 'trace_out_of_order',
      message: 'some.trace, offset 48: time 9 after time 10',
    });
    expect(failureOf('oracle-general', Buffer.concat([two, oracleRecord({ time: 10, size: 0 })]))).toMatchObject({
      code: 'invalid_trace',
      message: 'some.trace, offset 48: the size is 0 bytes',
    });
  });
});

describe('RAGPulse and Azure', () => {
  const sample = (name: string) => readFileSync(new URL(`../../fixtures/traces/${name}`, import.meta.url));

  it('read the queries and the passages of the same requests', () => {
    const queries = decoded('ragpulse-queries', sample('ragpulse-sample.jsonl'));
    const passages = decoded('ragpulse-passages', sample('ragpulse-sample.jsonl'), 1000);
    expect(queries.keys).toHaveLength(600);
    expect(queries.tokens?.slice(0, 2)).toEqual([3112 + 192, 3167 + 86]);
    expect(queries.times?.slice(0, 3)).toEqual([0, 11, 43]);
    // Six passages each at first, so six requests to the passage cache at one moment.
    expect(passages.times?.slice(0, 13)).toEqual([0, 0, 0, 0, 0, 0, 11, 11, 11, 11, 11, 11, 43]);
    expect(passages.tokens).toBeUndefined();
  });

  it('refuse a line that is none, by its number', () => {
    const [first = ''] = sample('ragpulse-sample.jsonl').toString().split('\n');
    expect(failureOf('ragpulse-queries', `${first}\n{"timestamp": "5"`)).toMatchObject({
      exitCode: 78,
      message: expect.stringContaining('some.trace:2'),
    });
    expect(failureOf('ragpulse-passages', `${first}\n${first.replace('"82"', '"80"')}`)).toMatchObject({
      code: 'trace_out_of_order',
      message: 'some.trace, line 2: time 80 after time 82',
    });
    expect(failureOf('ragpulse-passages', `${first}\n\n${first}`)).toMatchObject({
      message: expect.stringContaining('line 2: the line is empty'),
    });
  });

  it('take the keys of an Azure trace from elsewhere, or refuse it', () => {
    let drawn = 0;
    const azure = decoded('azure', sample('azure-conversation-sample.csv'), 1 << 20, () => {
      drawn += 1;
      return String(drawn % 2);
    });
    expect(azure.keys).toHaveLength(3000);
    expect(azure.keys.slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(azure.tokens?.slice(0, 2)).toEqual([374 + 44, 396 + 109]);
    expect(failureOf('azure', sample('azure-conversation-sample.csv'))).toMatchObject({
      code: 'trace_without_keys',
      exitCode: 78,
      hint: expect.stringContaining('--draw-keys'),
    });
  });
});
