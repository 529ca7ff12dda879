import { setTimeout as delay } from 'node:timers/promises';
import type { EngineClient } from '../engine.ts';

/** What of a run is in the engine, asked for in the words of `docker ps -a`, `network ls` and `volume ls`, not by the code under test. */
export async function engineLeftovers(client: EngineClient, runId?: string): Promise<string[]> {
  const filters = { label: [runId === undefined ? 'rag-testbed.run' : `rag-testbed.run=${runId}`] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    client.listContainers({ all: true, filters }),
    client.listNetworks({ filters }),
    client.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Names: [name = ''], State }) => `container ${name} ${State}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...(volumes ?? []).map(({ Name }) => `volume ${Name}`),
  ];
}

/** What is left once nothing more goes, or nothing is left; waits at most `limitMs`. */
export async function engineLeftoversAfter(client: EngineClient, runId: string | undefined, limitMs: number): Promise<string[]> {
  const deadlineMs = performance.now() + limitMs;
  let left = await engineLeftovers(client, runId);
  while (left.length > 0 && performance.now() < deadlineMs) {
    await delay(200);
    left = await engineLeftovers(client, runId);
  }
  return left;
}
