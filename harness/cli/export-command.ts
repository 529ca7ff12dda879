import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProfileId } from '../contract/common.ts';
import { Failure } from '../contract/failure.ts';
import { isSimulated, type Scenario } from '../contract/scenario.ts';
import type { ImageRole } from '../contract/topology.ts';
import { tenantNames } from '../corpus/documents.ts';
import { composeFile } from '../exports/compose.ts';
import type { ComposeImage } from '../exports/compose-service.ts';
import { createApiKeys, keyRecords, randomSecret } from '../platform/api-keys.ts';
import type { ChosenImage, NamedImages } from '../platform/docker/choose-images.ts';
import type { EngineClient } from '../platform/docker/engine.ts';
import { probeEngine } from '../platform/docker/engine-probe.ts';
import { imageLabels } from '../platform/docker/images/names.ts';
import type { ApiKey } from '../platform/platform.ts';
import { possibleVariants } from '../run/possible-variants.ts';
import { provenanceOf } from '../run/provenance.ts';
import { scenarioForProfile } from '../run/scenario-for-profile.ts';
import { type AskedQuota, scenarioWithQuota } from './asked-quota.ts';

export interface ExportOptions {
  readonly scenario: Scenario;
  readonly variant: string;
  readonly profile: ProfileId;
  readonly seed: number;
  readonly images: NamedImages;
  readonly quota: AskedQuota;
  readonly gatewayPort: number;
  /** Further ports by part. */
  readonly publish: Readonly<Record<string, number>>;
  /** Absolute; stdout where absent. */
  readonly outputFile: string | undefined;
  readonly mayOverwrite: boolean;
  /** The words after `export compose`, as they were given. */
  readonly words: readonly string[];
}

/** What an engine without any image would say: an export needs no engine, and then names what a run would take. */
const withoutImages = {
  getImage: () => ({ inspect: async () => Promise.reject(Object.assign(new Error('there is no engine'), { statusCode: 404 })) }),
} as unknown as EngineClient;

async function engineClient(): Promise<EngineClient> {
  const probe = await probeEngine();
  if (probe.found !== 'engine') {
    return withoutImages;
  }
  const { openEngine } = await import('../platform/docker/engine.ts');
  return (await openEngine()).client;
}

/** The images that a run on the Docker platform would take now. */
async function imagesOf({ images: commandLine, scenario, variant }: ExportOptions): Promise<Record<ImageRole, ChosenImage>> {
  const { chooseImages } = await import('../platform/docker/choose-images.ts');
  const topology = scenario.variants.find(({ id }) => id === variant)?.topology;
  return chooseImages(await engineClient(), { commandLine, ...(topology === undefined ? {} : { topology }) });
}

function composeImage({ role, name, source, standIn, found }: ChosenImage): ComposeImage {
  const isOurs = source === 'stand-in' || (role === 'system' && source === 'default');
  const { [imageLabels.engine]: engine, [imageLabels.engineVersion]: version = '' } = found?.labels ?? {};
  return {
    name,
    standIn,
    isOurs,
    volumes: found?.volumes ?? [],
    ...(engine === undefined ? {} : { engine: `${engine} ${version}`.trim() }),
  };
}

/** What the user should know of the images of this machine before the file is used on it. */
async function imageNotes(images: Record<ImageRole, ChosenImage>): Promise<string[]> {
  const { rolesOfEveryTopology, staleness } = await import('../platform/docker/images-of-run.ts');
  const notes = await Promise.all(
    rolesOfEveryTopology.map(async (ofRole) => {
      const image = images[ofRole];
      const { role, name, found } = image;
      if (found === undefined) {
        const remedy = composeImage(image).isOurs ? 'npm run images builds it' : 'Compose pulls it';
        return [`the ${role} image ${name} is not on this machine: ${remedy}`];
      }
      return (await staleness(image)) ? [`the ${role} image ${name} was built from other sources: npm run images builds it anew`] : [];
    }),
  );
  return notes.flat();
}

/** Words of a command line that a shell reads back as they are. */
function quoted(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:@=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}

async function write(file: string, text: string, mayOverwrite: boolean): Promise<void> {
  try {
    // It holds the password of the database and the token of the processes.
    await writeFile(file, text, { flag: mayOverwrite ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new Failure('usage', 'file_exists', `${file} is there already`, {
        hint: 'name another file, or add --force to replace it',
        cause: error,
      });
    }
    throw new Failure('usage', 'file_not_writable', `${file} cannot be written: ${code ?? String(error)}`, {
      hint: 'name a file in a folder that is there and may be written to',
      cause: error,
    });
  }
}

function keyTable(apiKeys: readonly ApiKey[]): string {
  return apiKeys.map(({ tenant, role, key }) => `  ${tenant.padEnd(10)}  ${role}  ${key}\n`).join('');
}

/**
 * `export compose`: writes a Compose file for one variant, and tells the API keys on stderr, once.
 * @throws Failure `usage` (64) for a file that is there already or cannot be written and for ports that cannot be published,
 * `environment` (75) for a variant that needs a real Qdrant where its stand-in is what there is.
 */
export async function exportCompose(options: ExportOptions): Promise<void> {
  const { profile, seed, variant: variantId, gatewayPort, publish, outputFile, mayOverwrite, words } = options;
  if (isSimulated(options.scenario)) {
    throw new Failure(
      'usage',
      'scenario_is_simulated',
      `${options.scenario.id} is simulated in virtual time: there is nothing that could be started elsewhere`,
      {
        hint: 'npm run -s scenario -- list names the other scenarios',
      },
    );
  }
  const scenario = scenarioForProfile(scenarioWithQuota(options.scenario, options.quota), profile);
  const chosen = await imagesOf(options);
  const needsReal = 'the image of the vector store is a stand-in, which has no cluster; name the real one by --qdrant-image';
  possibleVariants(
    scenario,
    { chosen: [variantId], asked: true },
    {
      quotas: { present: true, why: 'containers have CPU and memory quotas' },
      qdrant: { present: !chosen.qdrant.standIn, why: needsReal },
      'network-delay': { present: false, why: 'nothing delays messages between the containers of a compose file' },
    },
  );
  const variant = scenario.variants.find(({ id }) => id === variantId);
  if (variant === undefined) {
    throw new Error(`scenario ${scenario.id} has no variant ${variantId}`);
  }
  const { workload, profiles } = scenario;
  const apiKeys = createApiKeys(tenantNames(workload.corpus.tenants));
  const command = `npm run -s scenario -- export compose ${quoted(words)}`;
  const { version, commit, dirty = false } = await provenanceOf({ startedAt: new Date(), configuration: variant, command });
  const text = composeFile({
    scenario: scenario.id,
    variant,
    wiring: {
      topology: variant.topology,
      dimensions: profiles[profile].dimensions,
      conceptCount: workload.corpus.concepts,
      conceptSeed: seed,
      internalToken: randomSecret(),
    },
    databasePassword: randomSecret(),
    apiKeys: keyRecords(apiKeys),
    images: Object.fromEntries(Object.entries(chosen).map(([role, image]) => [role, composeImage(image)])) as Record<
      ImageRole,
      ComposeImage
    >,
    gatewayPort,
    publish,
    origin: { version, commit, dirty, command, fileName: outputFile === undefined ? 'compose.yaml' : path.basename(outputFile) },
  });
  if (outputFile === undefined) {
    process.stdout.write(text);
  } else {
    await write(outputFile, text, mayOverwrite);
    process.stderr.write(`${outputFile}: variant ${variantId} of ${scenario.id}; its first lines say how to start it\n`);
  }
  for (const note of await imageNotes(chosen)) {
    process.stderr.write(`note: ${note}\n`);
  }
  process.stderr.write(`API keys, shown only now, because the file has their hashes alone:\n${keyTable(apiKeys)}`);
}
