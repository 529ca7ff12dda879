import http from 'node:http';
import { z } from 'zod';
import type { Scenario } from '../contract/scenario.ts';
import type { ChosenImage } from '../platform/docker/choose-images.ts';
import { askEngine, type EngineProbe, probeEngine } from '../platform/docker/engine-probe.ts';
import { type ImageRole, imageRoles } from '../platform/docker/images/names.ts';
import { lookAtPlatforms, type PlatformFacts } from './platforms.ts';

/** What all questions to the engine may take together; an engine that is well answers all within some 100 ms. */
const limitMs = 2000;

const infoSchema = z.object({
  CgroupVersion: z.string().optional(),
  CgroupDriver: z.string().optional(),
  Driver: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  MemoryLimit: z.boolean(),
  CpuCfsQuota: z.boolean(),
  DockerRootDir: z.string(),
  OperatingSystem: z.string(),
});
export type EngineInfo = z.output<typeof infoSchema>;

export type ExaminedImage = ChosenImage & {
  /** Of our own making, from other sources than those in this folder. */
  readonly stale: boolean;
};

/** What the engine tells about itself and its images; the last two are absent unless `probe` found an engine. */
export interface EngineFacts {
  readonly probe: EngineProbe;
  readonly info?: EngineInfo;
  readonly images?: Readonly<Record<ImageRole, ExaminedImage>>;
}

const lateness = `no answer within ${limitMs} ms`;

/** What kept the engine from answering; a question that was given up is late whoever gave it up first. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.name === 'AbortError' ? lateness : error.message;
}

/** Settles as the promise does, or rejects when it did not within the time. */
async function within<T>(remainingMs: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(lateness)), remainingMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function examineImages(environment: NodeJS.ProcessEnv): Promise<Record<ImageRole, ExaminedImage>> {
  const [{ openEngine }, { chooseImages }, { staleness }] = await Promise.all([
    import('../platform/docker/engine.ts'),
    import('../platform/docker/choose-images.ts'),
    import('../platform/docker/images-of-run.ts'),
  ]);
  const chosen = await chooseImages((await openEngine()).client, { environment });
  const examined = imageRoles.map(async (role) => [role, { ...chosen[role], stale: await staleness(chosen[role]) }] as const);
  return Object.fromEntries(await Promise.all(examined)) as Record<ImageRole, ExaminedImage>;
}

/**
 * Asks the engine, if there is one, and then which platforms can be chosen. An engine that stops answering on the way counts
 * as one that does not answer: a run would wait for it in vain.
 */
export async function lookAround(
  environment: NodeJS.ProcessEnv,
  scenarios: readonly Scenario[],
): Promise<{ readonly engine: EngineFacts; readonly platforms: PlatformFacts }> {
  const startedMs = performance.now();
  const probe = await probeEngine(environment, limitMs);
  const choices = (found: EngineProbe) => lookAtPlatforms(found, { environment, scenarios });
  if (probe.found !== 'engine') {
    return { engine: { probe }, platforms: await choices(probe) };
  }
  const { endpoint } = probe;
  const remainingMs = Math.max(1, limitMs - (performance.now() - startedMs));
  // Loading the client is our time and not the engine's.
  await Promise.all([import('../platform/docker/engine.ts'), import('../platform/docker/docker-platform.ts')]);
  try {
    const questions = Promise.all([askEngine(endpoint, '/info', limitMs), examineImages(environment), choices(probe)]);
    const [info, images, platforms] = await within(remainingMs, questions);
    return { engine: { probe, info: infoSchema.parse(info), images }, platforms };
  } catch (error) {
    // The client has no limits of its own: a question that was given up would keep this process from ending.
    http.globalAgent.destroy();
    const silent: EngineProbe = { found: 'no-answer', endpoint, why: reasonOf(error) };
    return { engine: { probe: silent }, platforms: await choices(silent) };
  }
}
