import type { ContainerPart } from '../rendering/containers.ts';

/** Of our own images, see system/runtime/healthcheck.ts. */
const nodeCheck = ['CMD', 'node', '/app/system/runtime/healthcheck.ts'];

export interface HealthCheck {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  /** Failures count only after it. */
  readonly start_period: string;
}

/** Qdrant's image has neither curl nor wget, but bash, which its entrypoint is written for and which can open a connection itself. */
export function bashCheck(port: number, path: string): string[] {
  const request = `GET ${path} HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '${request}' >&3 && read -r -t 4 -u 3 _ status _ && [ "$status" = 200 ]`;
  return ['CMD', 'bash', '-c', script];
}

/**
 * The official image first starts a server for its initialisation that listens on a socket alone: asking over TCP tells it from
 * the real one.
 */
function postgresCheck({ port, environment: { POSTGRES_USER: user = '', POSTGRES_DB: database = '' } }: ContainerPart): string[] {
  return ['CMD', 'pg_isready', '--host', '127.0.0.1', '--port', String(port), '--username', user, '--dbname', database];
}

/** `redis-cli` ends with 1 when nobody answers. */
function redisCheck({ port }: ContainerPart): string[] {
  return ['CMD', 'redis-cli', '-p', String(port), 'ping'];
}

/** The command that tells whether a part is ready, of what its image has inside. */
function testOf(part: ContainerPart, isOurNode: boolean): readonly string[] {
  switch (part.ready.kind) {
    case 'postgres':
      return postgresCheck(part);
    case 'redis':
      return redisCheck(part);
    case 'http':
      return isOurNode ? nodeCheck : bashCheck(part.port, part.ready.path);
  }
}

/**
 * How Compose learns that a part is ready. A check that starts a Node takes about 0.13 s of the part's CPU time, so it is made seldom;
 * the others cost next to nothing and let what waits for the part start soon.
 */
export function healthCheckOf(part: ContainerPart, { standIn }: { readonly standIn: boolean }): HealthCheck {
  const startsNode = part.image === 'system' || (part.image === 'qdrant' && standIn);
  return {
    test: testOf(part, startsNode),
    interval: startsNode ? '10s' : '2s',
    timeout: '8s',
    retries: 3,
    start_period: '60s',
  };
}
