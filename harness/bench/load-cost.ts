import { startStallingServer } from '../load/testing/start-stalling-server.ts';
import { type BenchSettings, interleaved, ratios, slowServiceMs, warmUpSeconds, withGenerator } from './load-bench.ts';
import { cpuUsPerRequest, type Engine } from './load-engine.ts';
import { bareAutocannon, isInstalled, k6, type PeerRun, startTarget, wrk, wrk2 } from './load-peers.ts';
import { atLeast, atMost, type Row } from './load-table.ts';

const noThinking = { distribution: 'uniform', minimumMs: 0, maximumMs: 0 } as const;
const microseconds = (run: PeerRun) => (run.cpuSeconds * 1e6) / run.requests;

/** Answers per second of a closed loop without think time, against generators that do nothing else. */
export async function throughputRows(settings: BenchSettings): Promise<Row[]> {
  const connections = 64;
  const { seconds, signal } = settings;
  await using target = await startTarget();
  const { port } = target;
  const perSecond = (run: PeerRun) => run.requests / run.seconds;
  return await withGenerator(settings, async (engine) => {
    const results = await interleaved(settings, 'closed loop', {
      ours: async (repetition) => {
        const { observation } = await engine.closed({
          port,
          connections,
          users: connections,
          thinkTime: noThinking,
          rampUpSeconds: 0,
          warmUpSeconds,
          steadySeconds: seconds,
          seed: repetition + 1,
        });
        return observation.steady.succeeded / seconds;
      },
      autocannon: async () => perSecond(await bareAutocannon({ port, connections, seconds }, signal)),
      ...(isInstalled('wrk') ? { wrk: async () => perSecond(await wrk({ port, connections, seconds }, signal)) } : {}),
    });
    const ours = results.get('ours') ?? [];
    const wrks = results.get('wrk');
    return [
      { title: 'closed loop: our throughput', kind: 'figure', unit: '/s', values: ours },
      { title: 'closed loop ÷ bare autocannon', kind: 'ratio', values: ratios(ours, results.get('autocannon')), target: atLeast(0.9) },
      {
        title: 'closed loop ÷ wrk, one thread',
        kind: 'ratio',
        values: wrks === undefined ? [] : ratios(ours, wrks),
        target: atLeast(0.4),
        ...(wrks === undefined ? { note: 'wrk is not installed' } : {}),
      },
    ];
  });
}

/** CPU time per request of an open loop, against the other engine and against other generators at the same rate and target. */
export async function cpuRows(settings: BenchSettings): Promise<Row[]> {
  const ratePerSecond = 1000;
  const connections = 64;
  const { seconds, signal, folder } = settings;
  // Its requests take 5 ms, so that this many connections of a closed loop bring the same rate, evenly.
  await using server = await startStallingServer(slowServiceMs);
  const { port } = server;
  const ours = (engine: Engine, transport: 'autocannon' | 'undici', history: 'none' | 'full') => async (repetition: number) => {
    const { observation } = await engine.open({
      port,
      connections,
      arrivals: 'poisson',
      ratePerSecond,
      warmUpSeconds,
      steadySeconds: seconds,
      seed: repetition + 1,
      transport,
      history,
    });
    return cpuUsPerRequest(observation);
  };
  const closedConnections = Math.round((ratePerSecond * slowServiceMs) / 1000);
  // Each engine in a process of its own: neither pays for what the other has compiled or left behind.
  return await withGenerator(settings, async (engine) =>
    withGenerator(settings, async (undiciEngine) => {
      const results = await interleaved(settings, `open loop at ${ratePerSecond}/s`, {
        ours: ours(engine, 'autocannon', 'none'),
        withHistory: ours(engine, 'autocannon', 'full'),
        undici: ours(undiciEngine, 'undici', 'none'),
        autocannon: async () => microseconds(await bareAutocannon({ port, connections: closedConnections, seconds }, signal)),
        ...(isInstalled('wrk2')
          ? { wrk2: async () => microseconds(await wrk2({ port, connections, seconds, ratePerSecond }, signal)) }
          : {}),
        ...(isInstalled('k6')
          ? { k6: async () => microseconds(await k6({ port, connections, seconds, ratePerSecond, folder }, signal)) }
          : {}),
      });
      const mine = results.get('ours') ?? [];
      const against = (peer: 'undici' | 'autocannon' | 'wrk2' | 'k6') => {
        const theirs = results.get(peer);
        return theirs === undefined ? { values: [], note: `${peer} is not installed` } : { values: ratios(mine, theirs) };
      };
      return [
        { title: `open loop, ${ratePerSecond}/s: CPU per request`, kind: 'figure', unit: 'µs', values: mine },
        { title: '… with a full history on disk', kind: 'figure', unit: 'µs', values: results.get('withHistory') ?? [] },
        { title: '… ÷ the same on undici', kind: 'ratio', target: atMost(1), ...against('undici') },
        {
          title: `… ÷ bare autocannon, ${closedConnections} connections that bring the same rate`,
          kind: 'ratio',
          target: atMost(2.1),
          ...against('autocannon'),
        },
        { title: '… ÷ wrk2', kind: 'ratio', target: atMost(4.5), ...against('wrk2') },
        { title: '… ÷ k6', kind: 'ratio', ...against('k6') },
      ];
    }),
  );
}
