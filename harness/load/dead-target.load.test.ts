import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { transportSchema } from '../contract/common.ts';
import type { LoadPlan } from '../contract/plan.ts';
import { executePlan } from './execute-plan.ts';
import type { GeneratorEvent } from './protocol.ts';
import { loadPlan, nameOf, outcomesOf, readOperations, testFolder, unexplained } from './testing/load-plan.ts';
import { startMisbehavingServer } from './testing/misbehaving-server.ts';
import { transports } from './transports.ts';

/** Executes a plan and tells how often its transport attempted to connect. */
async function executeCounting(plan: LoadPlan) {
  let attempts = 0;
  const observation = await executePlan(plan, {
    onEvent: () => {},
    signal: new AbortController().signal,
    realTimeScheduling: false,
    openTransport: async (options) => {
      const opened = await transports[plan.transport ?? 'autocannon'](options);
      const close = opened.close.bind(opened);
      opened.close = () => {
        attempts = opened.connectionAttempts;
        return close();
      };
      return opened;
    },
  });
  return { observation, attempts };
}

describe.each(transportSchema.options)('a port that refuses %s', (transport) => {
  async function freePort(): Promise<number> {
    await using server = await startMisbehavingServer();
    return server.port;
  }

  it('refuses every job at once, with a bounded number of attempts', async () => {
    const port = await freePort();
    using folder = testFolder();
    const jobs = 200;
    const plan = loadPlan(
      port,
      folder.path,
      Array.from({ length: jobs }, () => 'ok'),
      { transport, connections: 8, deadlineMs: 5000 },
    );
    const { observation, attempts } = await executeCounting(plan);
    expect(observation.steady).toEqual({ issued: jobs, succeeded: 0, failed: { refused: jobs } });
    expect(observation.generator.connectionsOpened).toBe(0);
    // One second: 10 + 10 + 20 + 40 + 80 + 160 ms, then every 250 ms, on each of the 8 connections.
    expect(attempts).toBeGreaterThan(8);
    expect(attempts).toBeLessThanOrEqual(8 * 15);
    expect(outcomesOf(readOperations(folder.path), jobs).every(({ type, sentUs }) => type === 'fail' && sentUs === undefined)).toBe(true);
  });

  it('is used again as soon as it listens', async () => {
    const port = await freePort();
    using folder = testFolder();
    const jobs = 400;
    const plan = loadPlan(
      port,
      folder.path,
      Array.from({ length: jobs }, () => 'ok'),
      { transport, connections: 8, deadlineMs: 20_000 },
    );
    const stack = new AsyncDisposableStack();
    let opening: Promise<void> | undefined;
    const onEvent = ({ event }: GeneratorEvent) => {
      if (event === 'second') {
        opening ??= startMisbehavingServer(port).then((server) => void stack.use(server));
      }
    };
    const observation = await executePlan(plan, { onEvent, signal: new AbortController().signal, realTimeScheduling: false });
    await opening;
    await stack.disposeAsync();
    const names = outcomesOf(readOperations(folder.path), jobs).map(nameOf);
    expect(names[0]).toBe('refused');
    expect(names.at(-1)).toBe('ok');
    expect(observation.steady.failed.refused ?? 0).toBeLessThan(jobs);
    expect(names.lastIndexOf('refused')).toBeLessThan(names.indexOf('ok'));
  });

  it('by hanging up on everyone costs every job its connection, with a bounded number of attempts', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.end();
      socket.resume();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    using folder = testFolder();
    const paths = Array.from({ length: 200 }, () => 'ok');
    const { port } = server.address() as AddressInfo;
    const plan = loadPlan(port, folder.path, paths, { transport, connections: 8, deadlineMs: 1000 });
    const { observation, attempts } = await executeCounting(plan);
    server.close();
    await once(server, 'close');
    expect(unexplained(observation)).toBe(0);
    const names = outcomesOf(readOperations(folder.path), paths.length).map(nameOf);
    // A connection that opens just before the deadline of a job makes that a timeout.
    expect(['closed', 'reset', 'dropped', 'timeout']).toEqual(expect.arrayContaining([...new Set(names)]));
    // Two seconds of back-off, which grows to 250 ms, on each of the 8 connections.
    expect(attempts).toBeGreaterThan(8);
    expect(attempts).toBeLessThanOrEqual(8 * 20);
  });
});
