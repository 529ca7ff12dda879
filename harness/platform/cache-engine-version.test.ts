import { expect, it } from 'vitest';
import { cacheEngineOf } from './cache-engine-version.ts';

it.each([
  ['# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n', { engine: 'Redis', version: '7.0.15', embedded: false }],
  [
    '# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n',
    { engine: 'Valkey', version: '8.0.1', embedded: false },
  ],
  [
    '# Server\r\nredis_version:7.0.15\r\nserver_name:rag-testbed-cache-node\r\nrag_testbed_version:0.1.0\r\n',
    { engine: 'embedded cache node', version: '0.1.0', embedded: true },
  ],
])('%j is named for what it is', (info, engine) => {
  expect(cacheEngineOf(info)).toEqual(engine);
});
