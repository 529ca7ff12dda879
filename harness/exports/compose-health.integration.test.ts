import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { bashCheck } from './compose-health.ts';

const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;

/** Runs the check as a container would: without a shell around it. */
async function exitCodeOf(port: number): Promise<number> {
  const [, program = '', ...words] = bashCheck(port, '/readyz');
  return new Promise((resolve) => {
    execFile(program, words, (error) => resolve(error === null ? 0 : Number(error.code)));
  });
}

it.skipIf(!hasBash)(`asks by bash alone whether a server is ready${hasBash ? '' : ' (left out: there is no bash)'}`, async () => {
  let status = 200;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end('all shards are ready');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    expect(await exitCodeOf(port)).toBe(0);
    status = 503;
    expect(await exitCodeOf(port)).toBe(1);
    expect(asked).toEqual(['GET /readyz', 'GET /readyz']);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(await exitCodeOf(port)).toBe(1);
});
