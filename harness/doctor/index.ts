import { resolve } from 'node:path';
import type { Scenario } from '../contract/scenario.ts';
import { imageRoles } from '../platform/docker/images/names.ts';
import { qdrantVariable, redisExecutable, redisVariable } from '../platform/local/vector-engine.ts';
import type { Check, Scene } from './check.ts';
import { cpuLimit, memoryLimit } from './checks/cgroup-limits.ts';
import { clock } from './checks/clock.ts';
import { cores } from './checks/cores.ts';
import { cpuLoad, cpuSteal } from './checks/cpu-load.ts';
import { engineDisk, runsDisk } from './checks/disk.ts';
import { engine } from './checks/engine.ts';
import { engineCgroups } from './checks/engine-cgroups.ts';
import { engineLimits } from './checks/engine-limits.ts';
import { engineQuotas } from './checks/engine-quotas.ts';
import { engineStorage } from './checks/engine-storage.ts';
import { imageCheck } from './checks/image.ts';
import { memory } from './checks/memory.ts';
import { namedProgramCheck } from './checks/named-program.ts';
import { node } from './checks/node.ts';
import { operatingSystem } from './checks/operating-system.ts';
import { ephemeralPorts, ports } from './checks/ports.ts';
import { postgres } from './checks/postgres.ts';
import { realTime } from './checks/real-time.ts';
import { timer } from './checks/timer.ts';
import { vectorLibrary } from './checks/vector-library.ts';
import { concluded } from './conclusion.ts';
import { lookAround } from './engine-facts.ts';
import { readText } from './read-text.ts';
import type { Checked, DoctorReport } from './report.ts';
import { takeSample } from './sample.ts';

/** Every check, in the order in which they are shown. */
export const checks: readonly Check[] = [
  engine,
  engineCgroups,
  engineStorage,
  engineLimits,
  engineQuotas,
  engineDisk,
  ...imageRoles.map(imageCheck),
  node,
  postgres,
  vectorLibrary,
  namedProgramCheck(
    { id: 'qdrant-program', title: 'Qdrant (local)', why: 'the figures of the embedded vector node are not Qdrant’s' },
    { variable: qdrantVariable, without: 'the embedded vector node serves' },
  ),
  namedProgramCheck(
    { id: 'redis-program', title: 'Redis (local)', why: 'the figures of the embedded cache node are not Redis’' },
    { variable: redisVariable, without: 'the embedded cache node serves', find: redisExecutable },
  ),
  operatingSystem,
  cores,
  memory,
  runsDisk,
  cpuLimit,
  memoryLimit,
  ports,
  ephemeralPorts,
  cpuSteal,
  cpuLoad,
  clock,
  timer,
  realTime,
];

/** A check that fails itself tells nothing about the machine. */
async function examined({ look, ...about }: Check, scene: Scene): Promise<Checked> {
  try {
    return { ...about, ...(await look(scene)) };
  } catch (error) {
    return { ...about, status: 'unknown', observed: `unknown: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Puts every question to the machine; the order of the answers is that of `checks`. */
export function examine(scene: Scene, asked: readonly Check[] = checks): Promise<Checked[]> {
  return Promise.all(asked.map((check) => examined(check, scene)));
}

export interface DoctorRequest {
  readonly requested: DoctorReport['requested'];
  readonly scenarios: readonly Scenario[];
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Looks at the machine and tells what could run on it, see `concluded` for the verdict. Starts no part, pulls and writes
 * nothing, takes about three seconds, and rejects for no state of the machine.
 */
export async function diagnose({ requested, scenarios, environment = process.env }: DoctorRequest): Promise<DoctorReport> {
  const startedMs = performance.now();
  const { engine: engineFacts, platforms } = await lookAround(environment, scenarios);
  const scene: Scene = {
    environment,
    system: process.platform,
    isRoot: process.getuid?.() === 0,
    runsFolder: resolve('out'),
    scenarios,
    engine: engineFacts,
    offers: platforms.offers,
    // After everything that loads the machine, before everything that is quick.
    sample: await takeSample(),
    read: readText,
  };
  const found = await examine(scene);
  return {
    schemaVersion: 1,
    requested,
    ...concluded({ requested, platforms, checks: found, scenarioCount: scenarios.length }),
    checks: found,
    elapsedMs: Math.round(performance.now() - startedMs),
  };
}
