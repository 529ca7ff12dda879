import { afterAll, describe, expect, test } from 'vitest';
import { splitArguments } from '../resp/split-arguments.ts';
import { malformedRequests } from './malformed-requests.ts';
import { recordedReplies, recordedVersion } from './recorded-replies.ts';
import { realRedis, redisVersion, startCacheNode, startRedis, type Target, WireConnection } from './target.ts';

const password = 'secret word';
const path = realRedis();
const version = path === undefined ? undefined : await redisVersion(path);
/** Later versions say some things differently; the recordings are of this one. */
const recordedMinor = recordedVersion.split('.').slice(0, 2).join('.');
const isRecorded = version?.startsWith(`${recordedMinor}.`) === true;

const reason = version === undefined ? 'no redis-server is on the PATH' : `redis-server is ${version}, recorded was ${recordedVersion}`;

type Start = (settings?: { readonly password?: string }) => Promise<Target>;
const startEmbedded: Start = ({ password: given } = {}) => startCacheNode(given === undefined ? {} : { REQUIREPASS: given });
const startReal: Start = ({ password: given } = {}) => startRedis(path ?? '', given === undefined ? [] : ['--requirepass', given]);
const targets = [
  { title: 'the embedded cache node', start: startEmbedded, leaves: false },
  { title: isRecorded ? `Redis ${version}` : `Redis (left out: ${reason})`, start: startReal, leaves: !isRecorded },
];

describe.each(targets)('$title', ({ start, leaves }) => {
  let shared: Promise<Target> | undefined;
  const target = () => {
    shared ??= start();
    return shared;
  };
  afterAll(async () => {
    await (await shared)?.[Symbol.asyncDispose]();
  });

  describe.skipIf(leaves).each(Object.entries(recordedReplies))('answers as recorded: %s', (_group, rows) => {
    test.each(['2', '3'])('RESP%s', async (protocol) => {
      await using connection = await WireConnection.open((await target()).port);
      await connection.ask('FLUSHALL');
      await connection.ask('HELLO', protocol);
      const answers: string[][] = [];
      for (const [request] of rows) {
        answers.push([request, await connection.ask(...(splitArguments(request) as string[]))]);
      }
      expect(answers).toEqual(rows.map(([request, reply, reply3]) => [request, protocol === '3' ? (reply3 ?? reply) : reply]));
    });
  });

  test.skipIf(leaves).each(Object.entries(malformedRequests))('%s', async (_name, { sent, answered, closes }) => {
    await using connection = await WireConnection.open((await target()).port);
    if (closes) {
      connection.send(sent);
      expect(await connection.rest()).toBe(answered);
    } else {
      connection.send(`${sent}QUIT\r\n`);
      expect(await connection.rest()).toBe(`${answered}+OK\r\n`);
    }
  });

  test.skipIf(leaves)('who has not logged in is told so, and may send little', async () => {
    await using guarded = await start({ password });
    const rows = [
      ['GET a', '-NOAUTH Authentication required.\r\n'],
      ['NOSUCH', "-ERR unknown command 'NOSUCH', with args beginning with: \r\n"],
      ['EXEC', '-EXECABORT Transaction discarded because of: NOAUTH Authentication required.\r\n'],
      ['HELLO 3', expect.stringMatching(/^-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH/)],
      ['AUTH wrong', '-WRONGPASS invalid username-password pair or user is disabled.\r\n'],
      ['HELLO 3 AUTH default wrong', '-WRONGPASS invalid username-password pair or user is disabled.\r\n'],
      ['AUTH other "secret word"', '-WRONGPASS invalid username-password pair or user is disabled.\r\n'],
      ['AUTH "secret word"', '+OK\r\n'],
      ['GET a', '$-1\r\n'],
      ['RESET', '+RESET\r\n'],
      ['GET a', '-NOAUTH Authentication required.\r\n'],
      ['HELLO 3 AUTH default "secret word" SETNAME me', expect.stringMatching(/^%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n/)],
      ['CLIENT GETNAME', '$2\r\nme\r\n'],
    ] as const;
    await using connection = await WireConnection.open(guarded.port);
    const answers: string[][] = [];
    for (const [request] of rows) {
      answers.push([request, await connection.ask(...(splitArguments(request) as string[]))]);
    }
    expect(answers).toEqual(rows);
    for (const [sent, message] of [
      ['*11\r\n', '-ERR Protocol error: unauthenticated multibulk length\r\n'],
      ['*1\r\n$16385\r\n', '-ERR Protocol error: unauthenticated bulk length\r\n'],
    ] as const) {
      await using stranger = await WireConnection.open(guarded.port);
      stranger.send(sent);
      expect(await stranger.rest()).toBe(message);
    }
  });
});
