import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageLabels, imageRoles, projectVersion, roleImages } from '../../platform/docker/images/names.ts';
import { sourcesHash } from '../../platform/docker/images/sources.ts';
import { imageAnswer, recordedBridge, recordedInfo, recordedVersion } from './recorded-answers.ts';

/** An image that a fixture engine has. */
export interface FixtureImage {
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface FixtureAnswers {
  readonly version?: Partial<typeof recordedVersion>;
  readonly info?: Partial<typeof recordedInfo>;
  /** By name. */
  readonly images?: Readonly<Record<string, FixtureImage>>;
  /** Paths that are never answered. */
  readonly silent?: RegExp;
}

/** Listens on a Unix socket in a folder of its own, which goes when it is disposed of. */
export async function listenOnSocket(server: Server): Promise<AsyncDisposable & { readonly host: string; readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'rag-testbed-engine-'));
  const socket = join(folder, 'docker.sock');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    host: `unix://${socket}`,
    socket,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An engine that gives recorded answers to questions and refuses everything that would change something. */
export async function startFixtureEngine({ version, info, images = {}, silent }: FixtureAnswers = {}) {
  const asked: string[] = [];
  const answerTo = (path: string): unknown => {
    const name = /^\/images\/(.+)\/json$/.exec(path)?.[1];
    const image = name === undefined ? undefined : images[decodeURIComponent(name)];
    if (name !== undefined && image !== undefined) {
      return imageAnswer(decodeURIComponent(name), image.sizeBytes, image.labels);
    }
    const known: Readonly<Record<string, unknown>> = {
      '/version': { ...recordedVersion, ...version },
      '/info': { ...recordedInfo, ...info },
      '/networks/bridge': recordedBridge,
    };
    return known[path];
  };
  const listener: RequestListener = ({ method = '', url = '' }, response) => {
    asked.push(`${method} ${url}`);
    // Clients may put the version of the API before the path.
    const path = url.replace(/^\/v1\.\d+(?=\/)/, '').replace(/\?.*$/, '');
    if (silent?.test(path)) {
      return;
    }
    const answer = method === 'GET' ? answerTo(path) : undefined;
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: `${method} ${path} is not in the fixture` }));
  };
  const listening = await listenOnSocket(createServer(listener));
  return { ...listening, asked };
}

const megabyte = 1e6;

/** All stand-ins, as `npm run images` labels them when it builds them from the present sources. */
export async function standInImages(): Promise<Record<string, FixtureImage>> {
  const [names, sources] = [roleImages(await projectVersion()), await sourcesHash()];
  const labelled = imageRoles.map((role) => {
    const labels = {
      [imageLabels.standIn]: role,
      [imageLabels.engine]: `engine of ${role}`,
      [imageLabels.engineVersion]: '1.2.3',
      [imageLabels.sources]: sources,
    };
    return [names[role].standIn, { sizeBytes: 167 * megabyte, labels }] as const;
  });
  return Object.fromEntries(labelled);
}

/** All real images; only our own is labelled. */
export async function realImages(): Promise<Record<string, FixtureImage>> {
  const [names, sources] = [roleImages(await projectVersion()), await sourcesHash()];
  return Object.fromEntries(
    imageRoles.map((role) => [
      names[role].real,
      { sizeBytes: 200 * megabyte, labels: role === 'system' ? { [imageLabels.sources]: sources } : {} },
    ]),
  );
}
