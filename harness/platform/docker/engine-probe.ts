import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../contract/failure.ts';

/** Older engines lack one-shot statistics and health in the events. */
export const oldestEngine = '20.10';
const answerLimitMs = 5000;
const defaultSocket = '/var/run/docker.sock';

const versionSchema = z.object({ Version: z.string(), ApiVersion: z.string() });

/** What was found where an engine is expected, without starting anything. */
export type EngineProbe =
  | { readonly found: 'engine'; readonly endpoint: string; readonly version: string; readonly apiVersion: string }
  | {
      readonly found: 'nothing' | 'nobody-listening' | 'no-permission' | 'no-answer' | 'too-old';
      readonly endpoint: string;
      readonly why: string;
    };

/** Where the engine is expected: `DOCKER_HOST`, else the first socket that exists of the usual ones. */
export function engineEndpoint(environment: NodeJS.ProcessEnv = process.env): string {
  const { DOCKER_HOST: host, XDG_RUNTIME_DIR: runtime } = environment;
  if (host !== undefined && host !== '') {
    return host;
  }
  const rootless = [...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]), join(homedir(), '.docker/run/docker.sock')];
  return `unix://${[defaultSocket, ...rootless].find((socket) => existsSync(socket)) ?? defaultSocket}`;
}

/**
 * What the engine answers to a GET, over a Unix socket or plain TCP.
 * @throws whatever kept it from answering with JSON and a status below 400 within `limitMs`.
 */
export async function askEngine(endpoint: string, path: string, limitMs = answerLimitMs): Promise<unknown> {
  const url = new URL(endpoint.replace(/^tcp:/, 'http:'));
  const address = url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port };
  const body = await new Promise<string>((resolve, reject) => {
    const asked = request({ ...address, path, signal: AbortSignal.timeout(limitMs), agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode = 0 } = response;
        if (statusCode >= 400) {
          reject(new Error(`GET ${path} answered ${statusCode}: ${text.slice(0, 200)}`));
        } else {
          resolve(text);
        }
      });
    });
    asked.once('error', reject);
    asked.end();
  });
  return JSON.parse(body);
}

/** Compares versions such as `20.10.24+dfsg1` by their first two numbers. */
export function isOlder(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

const reasons: Readonly<Record<string, Exclude<EngineProbe['found'], 'engine'>>> = {
  ENOENT: 'nothing',
  ENOTFOUND: 'nothing',
  ECONNREFUSED: 'nobody-listening',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
};

/** Looks for an engine; takes a few milliseconds where one answers, and at most `limitMs`. */
export async function probeEngine(environment: NodeJS.ProcessEnv = process.env, limitMs = answerLimitMs): Promise<EngineProbe> {
  const endpoint = engineEndpoint(environment);
  try {
    const { Version: version, ApiVersion: apiVersion } = versionSchema.parse(await askEngine(endpoint, '/version', limitMs));
    return isOlder(version, oldestEngine)
      ? { found: 'too-old', endpoint, why: `version ${version}` }
      : { found: 'engine', endpoint, version, apiVersion };
  } catch (error) {
    const { code = '', name, message } = error as NodeJS.ErrnoException;
    const why = name === 'TimeoutError' || name === 'AbortError' ? `no answer within ${limitMs} ms` : message || code;
    return { found: reasons[code] ?? 'no-answer', endpoint, why };
  }
}

/** What to do about an engine that cannot be used. */
export const engineHints: Record<Exclude<EngineProbe['found'], 'engine'>, string> = {
  nothing: 'install and start Docker (on Debian: sudo apt-get install docker.io), or use --platform local',
  'nobody-listening': 'start the engine (sudo systemctl start docker), or use --platform local',
  'no-permission': 'let this user use it (sudo usermod -aG docker "$USER", then log in again), or use --platform local',
  'no-answer': 'look at the engine (sudo journalctl -u docker), restart it, or use --platform local',
  'too-old': `install Docker Engine ${oldestEngine} or newer, or use --platform local`,
};

const sentences: Record<Exclude<EngineProbe['found'], 'engine'>, string> = {
  nothing: 'there is no Docker engine',
  'nobody-listening': 'no Docker engine listens',
  'no-permission': 'this user may not talk to the Docker engine',
  'no-answer': 'the Docker engine does not answer',
  'too-old': 'the Docker engine is too old',
};

const codes: Record<Exclude<EngineProbe['found'], 'engine'>, string> = {
  nothing: 'engine_absent',
  'nobody-listening': 'engine_absent',
  'no-permission': 'engine_not_permitted',
  'no-answer': 'engine_not_answering',
  'too-old': 'engine_too_old',
};

/** The failure of a run that needs the engine. */
export function engineFailure({ found, endpoint, why }: Exclude<EngineProbe, { readonly found: 'engine' }>): Failure {
  return new Failure('environment', codes[found], `${sentences[found]} at ${endpoint}: ${why}`, { hint: engineHints[found] });
}
