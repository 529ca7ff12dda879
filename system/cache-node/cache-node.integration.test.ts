import fc from 'fast-check';
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../runtime/testing/child-process.ts';
import { encodeRequest, realRedis, startCacheNode, startRedis, type Target, WireConnection } from './conformance/target.ts';

const mebibyte = 1024 * 1024;
const maximumBytes = 4 * mebibyte;

let node: Target;
let wire: WireConnection;
beforeAll(async () => {
  node = await startCacheNode({ MAXMEMORY: String(maximumBytes), MAXCLIENTS: '20' });
  wire = await WireConnection.open(node.port);
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await wire.ask('FLUSHALL');
});

const figure = async (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(await wire.ask('INFO'))?.[1]);

describe('node-redis', () => {
  test.each([2, 3] as const)('works over RESP%s: every command that the system sends', async (RESP) => {
    const client = createClient({ url: `redis://127.0.0.1:${node.port}`, RESP, name: 'test' }).on('error', () => undefined);
    await client.connect();
    expect(await client.set('s', 'täxt', { expiration: { type: 'EX', value: 100 }, condition: 'NX' })).toBe('OK');
    expect(await client.set('s', 'x', { condition: 'NX' })).toBeNull();
    expect([await client.get('s'), await client.get('none'), await client.ttl('s')]).toEqual(['täxt', null, 100]);
    expect(await client.mGet(['s', 'none'])).toEqual(['täxt', null]);
    expect(await client.hSet('h', { a: '1', b: 'two' })).toBe(2);
    expect([await client.hIncrBy('h', 'a', 41), { ...(await client.hGetAll('h')) }]).toEqual([42, { a: '42', b: 'two' }]);
    expect(await client.hmGet('h', ['b', 'c'])).toEqual(['two', null]);
    const [length, trimmed, expiry] = await client.multi().rPush('l', ['1', '2', '3']).lTrim('l', -2, -1).pExpire('l', 5_000, 'NX').exec();
    expect([length, trimmed, Number(expiry)]).toEqual([3, 'OK', 1]);
    expect(await client.lRange('l', 0, -1)).toEqual(['2', '3']);
    await expect(client.incr('h')).rejects.toThrow(/^WRONGTYPE /);
    expect(await client.clientGetName()).toBe('test');
    expect(await client.info('server')).toMatch(/^# Server\r\nredis_version:7\.0\.15\r\nserver_name:rag-testbed-cache-node\r\n/);
    await client.close();
  });
});

describe('many requests', () => {
  test('of one connection are answered in order, whatever way they are cut', async () => {
    const requests = Array.from({ length: 5_000 }, (_, index) => encodeRequest(['ECHO', String(index)])).join('');
    for (let start = 0; start < requests.length; start += 7_001) {
      wire.send(requests.slice(start, start + 7_001));
    }
    for (let index = 0; index < 5_000; index += 1) {
      expect(await wire.reply()).toBe(`$${String(index).length}\r\n${index}\r\n`);
    }
  });

  test('of a client that takes no answers are not read: memory stays, others are served, and nothing is lost', async () => {
    const value = 'x'.repeat(mebibyte);
    await wire.ask('SET', 'big', value);
    await using lazy = await WireConnection.open(node.port);
    lazy.pause();
    const before = await figure('used_memory_rss');
    const asked = 300;
    lazy.send(encodeRequest(['GET', 'big']).repeat(asked));
    for (let ping = 0; ping < 50; ping += 1) {
      expect(await wire.ask('PING')).toBe('+PONG\r\n');
    }
    expect((await figure('used_memory_rss')) - before).toBeLessThan(100 * mebibyte);
    lazy.resume();
    for (let answer = 0; answer < asked; answer += 1) {
      expect((await lazy.reply()).length).toBe(value.length + '$1048576\r\n\r\n'.length);
    }
  });

  test('of too many clients: those above the limit are told and let go', async () => {
    const clients = await Promise.all(Array.from({ length: 25 }, () => WireConnection.open(node.port)));
    const refused = clients.slice(19);
    for (const client of refused) {
      expect(await client.rest()).toBe('-ERR max number of clients reached\r\n');
    }
    expect(await clients[0]?.ask('PING')).toBe('+PONG\r\n');
    expect(await figure('rejected_connections')).toBe(refused.length);
    for (const client of clients) {
      await client[Symbol.asyncDispose]();
    }
    await eventually(async () => ((await figure('connected_clients')) === 1 ? true : undefined));
  });
});

describe('memory', () => {
  test('stays within maxmemory: the least recently used go first, and what is in use stays', async () => {
    await wire.ask('SET', 'hot', 'x');
    for (let index = 0; index < 3_000; index += 1) {
      expect(await wire.ask('SET', `key-${index}`, 'x'.repeat(4_000))).toBe('+OK\r\n');
      if (index % 50 === 0) {
        expect(await wire.ask('GET', 'hot')).toBe('$1\r\nx\r\n');
      }
    }
    expect(await figure('used_memory')).toBeLessThanOrEqual(maximumBytes + 8_000);
    expect(await figure('evicted_keys')).toBeGreaterThan(1_900);
    expect(await wire.ask('EXISTS', 'hot', 'key-2999', 'key-0')).toBe(':2\r\n');
  });

  test('that may not be taken by eviction is refused, and reading and removing go on', async () => {
    await using strict = await startCacheNode({ MAXMEMORY: '2000', MAXMEMORY_POLICY: 'noeviction' });
    await using own = await WireConnection.open(strict.port);
    expect(await own.ask('SET', 'a', 'x'.repeat(3_000))).toBe('+OK\r\n');
    expect(await own.ask('SET', 'b', 'x')).toBe("-OOM command not allowed when used memory > 'maxmemory'.\r\n");
    expect(await own.ask('EXISTS', 'a', 'b')).toBe(':1\r\n');
    expect(await own.ask('DEL', 'a')).toBe(':1\r\n');
    expect(await own.ask('SET', 'b', 'x')).toBe('+OK\r\n');
  });

  test('that the heap cannot hold is refused at the start', async () => {
    await expect(startCacheNode({ MAXMEMORY: String(1024 ** 4) })).rejects.toThrow(
      /MAXMEMORY is 1099511627776 bytes, the heap of this Node holds/,
    );
  });
});

test('keys that expire go though nobody asks for them', async () => {
  for (let index = 0; index < 500; index += 1) {
    wire.send(encodeRequest(['SET', `k${index}`, 'x', 'PX', '30']));
  }
  for (let index = 0; index < 500; index += 1) {
    await wire.reply();
  }
  await eventually(async () => ((await wire.ask('DBSIZE')) === ':0\r\n' ? true : undefined));
  expect(await figure('expired_keys')).toBeGreaterThanOrEqual(500);
});

const path = realRedis();
const names = ['k1', 'k2', 'k3'];
const integers = [
  '0',
  '1',
  '-1',
  '2',
  '-2',
  '10',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '01',
  '+1',
  'x',
  '',
];
const name = fc.constantFrom(...names);
const value = fc.oneof(
  fc.constantFrom(...integers),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const integer = fc.constantFrom(...integers);
/** Far enough away that no run sees it pass, and hardly ever twice the same, which GT and LT would judge by the millisecond. */
const seconds = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 100, max: 1e9 }).map(String) }, fc.constantFrom('0', '-5', 'x'));
const field = fc.constantFrom('f1', 'f2', 'f3');
const word = (text: string) => fc.constant(text);
const request = fc.oneof(
  fc.tuple(word('GET'), name),
  fc.tuple(word('SET'), name, value),
  fc.tuple(word('SET'), name, value, word('EX'), seconds),
  fc.tuple(word('SET'), name, value, fc.constantFrom('NX', 'XX', 'GET', 'KEEPTTL', 'EX', 'nx')),
  fc.tuple(word('SET'), name, value, fc.constantFrom('NX', 'XX', 'GET', 'KEEPTTL'), fc.constantFrom('NX', 'XX', 'GET', 'KEEPTTL')),
  fc.tuple(word('MGET'), name, name),
  fc.tuple(fc.constantFrom('DEL', 'EXISTS', 'UNLINK'), name, name),
  fc.tuple(fc.constantFrom('TTL', 'TYPE', 'PERSIST', 'INCR', 'HLEN', 'HGETALL', 'LLEN', 'GET'), name),
  fc.tuple(word('EXPIRE'), name, seconds),
  fc.tuple(word('EXPIRE'), name, seconds, fc.constantFrom('NX', 'XX', 'GT', 'LT', 'gt', 'YY')),
  fc.tuple(word('EXPIRE'), name, seconds, fc.constantFrom('NX', 'XX', 'GT', 'LT'), fc.constantFrom('NX', 'XX', 'GT', 'LT')),
  fc.tuple(word('INCRBY'), name, integer),
  fc.tuple(word('HSET'), name, field, value),
  fc.tuple(word('HSET'), name, field, value, field, value),
  fc.tuple(fc.constantFrom('HGET', 'HDEL', 'HMGET'), name, field),
  fc.tuple(fc.constantFrom('HDEL', 'HMGET'), name, field, field),
  fc.tuple(word('HINCRBY'), name, field, integer),
  fc.tuple(fc.constantFrom('LPUSH', 'RPUSH'), name, value, value),
  fc.tuple(fc.constantFrom('LRANGE', 'LTRIM'), name, integer, integer),
  fc.tuple(fc.constantFrom('MULTI', 'EXEC', 'DISCARD', 'DBSIZE', 'PING')),
  fc.array(fc.oneof(fc.constantFrom('GET', 'SET', 'HSET', 'LPUSH', 'EXPIRE', 'CLIENT', 'SELECT', 'ECHO', 'NOSUCH'), value), {
    minLength: 1,
    maxLength: 4,
  }),
);

test.skipIf(path === undefined)(
  `answers any sequence of requests as Redis does${path === undefined ? ' (left out: no redis-server is on the PATH)' : ''}`,
  async () => {
    await using redis = await startRedis(path ?? '');
    await using own = await startCacheNode();
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 60 }), fc.constantFrom('2', '3'), async (requests, protocol) => {
        await using left = await WireConnection.open(redis.port);
        await using right = await WireConnection.open(own.port);
        for (const connection of [left, right]) {
          await connection.ask('FLUSHALL');
          await connection.ask('HELLO', protocol);
          connection.send(requests.map(encodeRequest).join(''));
        }
        for (const given of requests) {
          const [theirs, ours] = [await left.reply(), await right.reply()];
          // Ids of clients are each server's own.
          if (given[0]?.toUpperCase() !== 'CLIENT') {
            expect({ given, reply: ours }).toEqual({ given, reply: theirs });
          }
        }
      }),
      { numRuns: 300 },
    );
    await using last = await WireConnection.open(own.port);
    await last.ask('FLUSHALL');
    // What was counted for each entry as it grew and shrank is what was counted off when it went.
    expect(await last.ask('INFO', 'memory')).toContain('\r\nused_memory:0\r\n');
  },
);
