import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../../contract/failure.ts';
import type { EngineClient } from '../engine.ts';

/** A folder that is sent to the engine, and is gone afterwards. */
export interface BuildContext extends AsyncDisposable {
  readonly folder: string;
}

export async function createContext(): Promise<BuildContext> {
  const folder = await mkdtemp(join(tmpdir(), 'rag-testbed-image-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export interface BuildRequest {
  readonly name: string;
  /** Holds a Dockerfile and what it copies. */
  readonly folder: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buildArguments?: Readonly<Record<string, string>>;
  /** `host` lets the commands of the build use this machine's network. */
  readonly network?: 'host';
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
}

const messageSchema = z.looseObject({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
});

const linesKept = 20;

/** A folder as a stream for the engine; `tar` ends with it, whether it was read to its end or not. */
interface PackedFolder extends Disposable {
  readonly stream: NodeJS.ReadableStream;
}

/**
 * The engine's client would compress the context, which takes longer than everything else for an engine on the same machine.
 * `tar` is part of every Linux, macOS and Windows.
 */
function pack(folder: string): PackedFolder {
  const child = spawn('tar', ['-C', folder, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.once('error', (error) => child.stdout.destroy(error));
  child.once('exit', (code) => {
    if (code !== 0) {
      child.stdout.destroy(new Error(`tar ended with ${code}`));
    }
  });
  return {
    stream: child.stdout,
    [Symbol.dispose]() {
      child.kill('SIGKILL');
      child.stdout.destroy();
    },
  };
}

/**
 * Follows what the engine says while it works.
 * @returns the error that it reported, with the last lines before it.
 */
export function followEngine(
  client: EngineClient,
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void = () => undefined,
): Promise<{ readonly error: string; readonly lines: readonly string[] } | undefined> {
  const lines: string[] = [];
  let failure: string | undefined;
  const hear = (event: unknown) => {
    const { stream: text, status, id, error } = messageSchema.parse(event);
    failure ??= error;
    const line = (text ?? (status === undefined ? '' : `${id === undefined ? '' : `${id}: `}${status}`)).trimEnd();
    if (line !== '') {
      lines.push(line);
      onLine(line);
    }
  };
  return new Promise((resolve, reject) => {
    client.modem.followProgress(
      stream,
      (error) => {
        if (failure !== undefined) {
          resolve({ error: failure, lines: lines.slice(-linesKept) });
        } else if (error === null) {
          resolve(undefined);
        } else {
          reject(error);
        }
      },
      hear,
    );
  });
}

/** Id of the image of that name, `undefined` where there is none. */
async function idOf(client: EngineClient, name: string): Promise<string | undefined> {
  try {
    return (await client.getImage(name).inspect()).Id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) {
      return undefined;
    }
    throw error;
  }
}

/** A newer image took its name; unless a container still needs it, nobody will ever find it again. */
async function removeReplaced(client: EngineClient, id: string): Promise<void> {
  try {
    await client.getImage(id).remove();
  } catch (error) {
    if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) {
      throw error;
    }
  }
}

/**
 * Builds an image from a folder, under its name, in place of an older one.
 * @throws Failure `environment` (75) with the last lines of the build when a step fails.
 */
export async function buildImage(client: EngineClient, request: BuildRequest): Promise<void> {
  const { name, folder, labels, buildArguments, network, signal, onLine } = request;
  const before = await idOf(client, name);
  using context = pack(folder);
  const stream = await client.buildImage(context.stream, {
    t: name,
    rm: true,
    forcerm: true,
    ...(labels === undefined ? {} : { labels }),
    ...(buildArguments === undefined ? {} : { buildargs: buildArguments }),
    ...(network === undefined ? {} : { networkmode: network }),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  });
  const failed = await followEngine(client, stream, onLine);
  if (failed !== undefined) {
    throw new Failure('environment', 'image_build_failed', `${name} cannot be built: ${failed.error}\n${failed.lines.join('\n')}`, {
      hint: 'the lines above are the last ones of the build',
    });
  }
  const after = await idOf(client, name);
  if (before !== undefined && before !== after) {
    await removeReplaced(client, before);
  }
}
