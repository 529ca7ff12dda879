import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceFormat } from '../../contract/arrivals.ts';
import { Failure } from '../../contract/failure.ts';
import { collectTrace, type TraceSource, traceRatePerSecond } from './collect-trace.ts';
import { linesOf } from './parse-trace.ts';

const collect = (source: TraceSource, lines: readonly string[]) => collectTrace(source, lines, 'some.trace');

const ragpulse = (timestamp: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({
    timestamp,
    input_length: 3112,
    output_length: 192,
    hash_ids: { sys_prompt: [1], passages_ids: [7398, 7370], history: [2], web_search: [], user_input: [26923] },
    session_id: '1757476916095-afhwfadnh5ew',
    ...more,
  });
async function linesIn(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) {
    all.push(line);
  }
  return all;
}

const azureHeader = 'TIMESTAMP,ContextTokens,GeneratedTokens';
const atNoon = '2023-11-16 12:00:00.0000000,1,2';

describe('the formats', () => {
  it('ragpulse: seconds, session, tokens, question and passages', async () => {
    const { requests } = await collect({ format: 'ragpulse' }, [ragpulse('82'), ragpulse('93')]);
    expect(requests).toHaveLength(2);
    expect(requests[0]).toEqual({
      atUs: 82_000_000,
      sessionKey: '1757476916095-afhwfadnh5ew',
      inputTokens: 3112,
      outputTokens: 192,
      queryKey: '26923',
      passageKeys: ['7398', '7370'],
    });
  });

  it('ragpulse: seconds that fall back to the beginning begin the next week; folded, all weeks lie over each other', async () => {
    const lines = ['100', '604453', '0', '27', '604000', '5'].map((timestamp) => ragpulse(timestamp));
    const seconds = async (source: TraceSource) => (await collect(source, lines)).requests.map(({ atUs }) => atUs / 1e6);
    expect(await seconds({ format: 'ragpulse' })).toEqual([100, 604_453, 604_800, 604_827, 1_208_800, 1_209_605]);
    expect(await seconds({ format: 'ragpulse', weeks: 'consecutive' })).toEqual(await seconds({ format: 'ragpulse' }));
    expect(await seconds({ format: 'ragpulse', weeks: 'folded' })).toEqual([0, 5, 27, 100, 604_000, 604_453]);
  });

  it('azure: µs from the first request, across midnight and with a zone', async () => {
    const { requests } = await collect({ format: 'azure' }, [
      azureHeader,
      '2023-12-31 23:59:59.9999990,374,44',
      '2024-01-01 00:00:00.000001,396,109',
      '2024-01-01 00:00:01+00:00,0,0',
    ]);
    expect(requests).toEqual([
      { atUs: 0, inputTokens: 374, outputTokens: 44 },
      { atUs: 2, inputTokens: 396, outputTokens: 109 },
      { atUs: 1_000_001, inputTokens: 0, outputTokens: 0 },
    ]);
  });

  it('csv: any columns in any order, unknown values absent', async () => {
    const { requests } = await collect({ format: 'csv' }, [
      'queryKey,atSeconds, passageKeys ,outputTokens',
      'a,0.25,p1;p2 p3,7',
      ',1.0000005,,',
    ]);
    expect(requests).toEqual([{ atUs: 250_000, queryKey: 'a', passageKeys: ['p1', 'p2', 'p3'], outputTokens: 7 }, { atUs: 1_000_001 }]);
  });

  it('accept line ends of Windows, a byte order mark and empty lines at the end, and read no further than asked', async () => {
    async function* chunks() {
      yield '\uFEFFatSeconds\r\n0\r';
      yield '\n1\r\n2\r\nbroken\r\n\r\n';
    }
    const { requests } = await collectTrace({ format: 'csv', firstRequests: 3 }, linesOf(chunks(), 'x'), 'x');
    expect(requests.map(({ atUs }) => atUs)).toEqual([0, 1e6, 2e6]);
    expect((await collect({ format: 'csv' }, ['atSeconds', '0', '3', '', ' '])).requests).toHaveLength(2);
  });
});

describe('linesOf', () => {
  it('gives the lines of a text wherever it is cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r\n'), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 5 }), async (whole, cuts) => {
        async function* chunks() {
          let from = 0;
          for (const cut of [...cuts].sort((a, b) => a - b)) {
            yield whole.slice(from, Math.max(from, cut));
            from = Math.max(from, cut);
          }
          yield whole.slice(from);
        }
        const expected = whole.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
        expect(await linesIn(linesOf(chunks(), 'x'))).toEqual(whole.endsWith('\n') || whole === '' ? expected.slice(0, -1) : expected);
      }),
    );
  });

  it('refuses a line without end', async () => {
    async function* chunks() {
      yield 'first\n';
      for (let index = 0; index < 3; index += 1) {
        yield 'x'.repeat(600_000);
      }
    }
    await expect(linesIn(linesOf(chunks(), 'some.bin'))).rejects.toThrow('some.bin:2: the line has more than 1000000 characters');
  });
});

describe('what is refused, with file, line, value and hint', () => {
  it.each<[TraceFormat, readonly string[], string, string]>([
    ['ragpulse', [ragpulse('1'), '{"timestamp": '], 'some.trace:2: "{\\"timestamp\\": " is not JSON', 'one JSON object per line'],
    ['ragpulse', [ragpulse('1.5')], 'some.trace:1: timestamp: must be whole seconds written as a string', '0_trace.jsonl'],
    ['ragpulse', [ragpulse('-1')], 'received "-1"', '0_trace.jsonl'],
    ['ragpulse', [ragpulse('1', { input_length: -5 })], 'input_length: Too small: expected number to be >=0, received -5', '0_trace.jsonl'],
    ['ragpulse', [ragpulse('1', { extra: 1 })], 'unknown field "extra"', '0_trace.jsonl'],
    ['ragpulse', ['[]'], 'expected object', '0_trace.jsonl'],
    ['ragpulse', [ragpulse('9'), ragpulse('8')], 'some.trace:2: the request is at 8 s, the one before it at 9 s', 'sort the lines'],
    ['azure', ['TIMESTAMP;A;B'], 'some.trace:1: the header is "TIMESTAMP;A;B"', azureHeader],
    ['azure', [azureHeader, atNoon, '2023-11-16 12:00:01,1'], 'some.trace:3: "2023-11-16 12:00:01,1" has 2 of 3 fields', azureHeader],
    ['azure', [azureHeader, 'noon,1,2'], 'some.trace:2: TIMESTAMP is "noon"', 'a time such as'],
    ['azure', [azureHeader, '2023-02-30 12:00:00,1,2'], 'TIMESTAMP is "2023-02-30 12:00:00"', 'a time such as'],
    ['azure', [azureHeader, '2023-11-16 25:00:00,1,2'], 'TIMESTAMP is "2023-11-16 25:00:00"', 'a time such as'],
    ['azure', [azureHeader, '2023-11-16 12:00:00,-1,2'], 'ContextTokens is "-1"', 'a whole number of tokens'],
    ['azure', [azureHeader, '2023-11-16 12:00:00,1,NaN'], 'GeneratedTokens is "NaN"', 'a whole number of tokens'],
    ['azure', [azureHeader, atNoon, '2023-11-16 11:59:59,1,2'], 'some.trace:3: the request is at -1 s', 'sort the lines'],
    ['azure', [azureHeader, atNoon, '', atNoon], 'some.trace:3: the line is empty', 'only the end'],
    ['csv', ['atSecond'], 'some.trace:1: unknown column "atSecond"', 'did you mean "atSeconds"?'],
    ['csv', ['queryKey'], 'has no atSeconds', 'names of its columns'],
    ['csv', ['atSeconds,atSeconds'], 'column "atSeconds" is there twice', 'each column once'],
    ['csv', ['atSeconds,queryKey', '1'], 'some.trace:2: "1" has 1 of 2 fields', 'atSeconds,queryKey'],
    ['csv', ['atSeconds,queryKey', ',a'], 'atSeconds is ""', 'seconds from 0'],
    ['csv', ['atSeconds', 'NaN'], 'atSeconds is "NaN"', 'seconds from 0'],
    ['csv', ['atSeconds', '-3'], 'atSeconds is "-3"', 'seconds from 0'],
    ['csv', ['atSeconds,queryKey', '1,"a"'], 'has quotation marks', 'without quotation marks'],
    ['csv', ['atSeconds,inputTokens', '1,1e3'], 'inputTokens is "1e3"', 'a whole number of tokens'],
    ['csv', ['atSeconds', '1', '0.5'], 'some.trace:3: the request is at 0.5 s, the one before it at 1 s', 'sort the lines'],
    ['csv', ['atSeconds'], 'some.trace has 0 requests', 'two requests at different moments'],
    ['csv', ['atSeconds', '1', '1'], 'some.trace has 2 requests over 0 s', 'two requests at different moments'],
  ])('%s %j', async (format, lines, message, hint) => {
    const error = await collect({ format }, lines).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ code: 'invalid_trace', exitCode: 78 });
    expect((error as Failure).message).toContain(message);
    expect((error as Failure).hint).toContain(hint);
  });

  it.each([
    [['atSeconds,outputTokens', '1,7', '2,'], 'request 2 of some.trace has no number of output tokens'],
    [['atSeconds,outputTokens', '1,0', '2,7'], 'request 1 of some.trace has 0 output tokens'],
    [['atSeconds,outputTokens', '1,7', '2,100001'], 'request 2 of some.trace has 100001 output tokens'],
  ])('%j where answers are to be as long as recorded', async (lines, message) => {
    await expect(collect({ format: 'csv' }, lines)).resolves.toHaveProperty('requests.length', 2);
    const refused = collect({ format: 'csv', answerLengths: 'recorded' }, lines);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_trace', exitCode: 78, message: expect.stringContaining(message) });
  });

  it('a long line is shown in part', async () => {
    const error = await collect({ format: 'ragpulse' }, ['x'.repeat(5000)]).catch((reason: unknown) => reason);
    expect((error as Failure).message.length).toBeLessThan(150);
  });
});

describe('traceRatePerSecond', () => {
  it('takes the last gap to be as long as the mean one', () => {
    const requests = [5, 6, 9].map((seconds) => ({ atUs: seconds * 1e6 }));
    expect(traceRatePerSecond({ file: 'x', requests })).toBe(0.5);
  });
});
