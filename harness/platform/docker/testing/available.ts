import { probeEngine } from '../engine-probe.ts';
import { postgresFolder, programNamed } from '../images/programs.ts';

/**
 * Why tests with containers cannot run on this machine; undefined when they can. Where they must run, as in CI,
 * `RAG_TESTBED_REQUIRE_DOCKER=1` makes a lack an error instead.
 */
export async function dockerLack(): Promise<string | undefined> {
  const lack = await findLack();
  if (lack !== undefined && process.env.RAG_TESTBED_REQUIRE_DOCKER === '1') {
    throw new Error(`RAG_TESTBED_REQUIRE_DOCKER=1, but ${lack}`);
  }
  return lack;
}

async function findLack(): Promise<string | undefined> {
  const probe = await probeEngine();
  if (probe.found !== 'engine') {
    return `no Docker engine (${probe.why})`;
  }
  const [{ openEngine }, { chooseImages }, { staleness }] = await Promise.all([
    import('../engine.ts'),
    import('../choose-images.ts'),
    import('../images-of-run.ts'),
  ]);
  const { client } = await openEngine();
  const images = Object.values(await chooseImages(client));
  const missing = images.filter(({ found }) => found === undefined).map(({ name }) => name);
  if (missing.length > 0) {
    return `missing images: ${missing.join(', ')}; run npm run images`;
  }
  for (const image of images) {
    if (await staleness(image)) {
      return `${image.name} was built from other sources; run npm run images`;
    }
  }
  return undefined;
}

/**
 * Why stand-ins cannot be built on this machine; undefined when they can. Tests of the building need no images but what
 * images are made of.
 */
export async function standInLack(): Promise<string | undefined> {
  const lack = await findStandInLack();
  if (lack !== undefined && process.env.RAG_TESTBED_REQUIRE_DOCKER === '1') {
    throw new Error(`RAG_TESTBED_REQUIRE_DOCKER=1, but ${lack}`);
  }
  return lack;
}

async function findStandInLack(): Promise<string | undefined> {
  const probe = await probeEngine();
  if (probe.found !== 'engine') {
    return `no Docker engine (${probe.why})`;
  }
  try {
    programNamed('redis-server', ['redis-server']);
    postgresFolder();
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}; install the Debian packages redis-server and postgresql`;
  }
}

/** For titles: the reason of a test that is left out. */
export function leftOut(lack: string | undefined): string {
  return lack === undefined ? '' : ` (left out: ${lack})`;
}
