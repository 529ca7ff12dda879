import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type AutocannonClient, callbacksOf } from './autocannon-client.ts';

const require = createRequire(import.meta.url);

interface Construct {
  new (options: object): AutocannonClient;
  readonly prototype: AutocannonClient;
}

const Client = require('autocannon/lib/httpClient.js') as Construct;

/** A client that never connects: `_connect` is replaced before the constructor calls it. */
function clientWith(setupClient: (client: AutocannonClient) => void): AutocannonClient {
  return new Client({ url: 'http://127.0.0.1:1', hostname: '127.0.0.1', port: 1, method: 'GET', timeout: 1, requests: [{}], setupClient });
}

describe('autocannon as a transport', () => {
  it('is the version whose inner methods are known, pinned exactly', () => {
    const { version } = require('autocannon/package.json') as { version: string };
    const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(version).toBe('9.0.0');
    expect(own.dependencies.autocannon).toBe('9.0.0');
  });

  it('has the methods that are replaced or called', () => {
    for (const method of ['_connect', '_doRequest', '_destroyConnection', 'destroy'] as const) {
      expect(typeof Client.prototype[method]).toBe('function');
    }
  });

  it('runs setupClient before it sets its parser callbacks and calls the replaced _connect after it, once', () => {
    const seen: string[] = [];
    let before: unknown;
    const client = clientWith((made) => {
      const { kOnMessageComplete } = callbacksOf(made.parser);
      before = made.parser[kOnMessageComplete];
      made._connect = () => {
        seen.push(made.parser[kOnMessageComplete] === before ? 'callbacks missing' : 'callbacks set');
        made.conn = Object.assign(new EventEmitter(), { destroy: () => seen.push('destroyed') }) as unknown as NonNullable<
          AutocannonClient['conn']
        >;
      };
      made._doRequest = () => seen.push('request');
    });
    expect(seen).toEqual(['callbacks set']);
    client.destroy();
    expect(client.destroyed).toBe(true);
    expect(seen).toEqual(['callbacks set', 'destroyed']);
  });

  it('tells that a client is done when it is destroyed, which ends the run', async () => {
    const client = clientWith((made) => {
      made._connect = () => {
        made.conn = Object.assign(new EventEmitter(), { destroy: () => {} }) as unknown as NonNullable<AutocannonClient['conn']>;
      };
    });
    const done = once(client, 'done');
    client.destroy();
    await done;
  });

  it('has a parser that forgets a half-read response but keeps its callbacks', () => {
    const client = clientWith((made) => {
      made._connect = () => {
        made.conn = Object.assign(new EventEmitter(), { destroy: () => {} }) as unknown as NonNullable<AutocannonClient['conn']>;
      };
    });
    const { parser } = client;
    const { kOnMessageComplete } = callbacksOf(parser);
    const callback = () => {};
    parser[kOnMessageComplete] = callback;
    expect(parser.state).toBe('RESPONSE_LINE');
    parser.execute(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab'));
    expect(parser.state).not.toBe('RESPONSE_LINE');
    expect(parser.info.statusCode).toBe(200);
    parser.reinitialize(parser.type);
    expect(parser.state).toBe('RESPONSE_LINE');
    expect(parser.line).toBe('');
    expect(parser[kOnMessageComplete]).toBe(callback);
    client.destroy();
  });
});
