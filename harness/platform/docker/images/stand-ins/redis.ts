import { fileURLToPath } from 'node:url';
import { baseTree } from '../base-tree.ts';
import { programNamed, shellPrograms, shellTree, versionOf } from '../programs.ts';
import type { StandIn } from './stand-in.ts';

const account = { name: 'redis', id: 999, home: '/data' };
const entrypoint = fileURLToPath(new URL('redis-entrypoint.sh', import.meta.url));
const oldest = '7.0';

/** This machine's Redis, arranged like the official image. */
export async function redisStandIn(): Promise<StandIn> {
  const server = await versionOf(programNamed('redis-server', ['redis-server']), /\bv=(\d[\d.]*)/, oldest);
  const client = programNamed('redis-cli', ['redis-tools']);
  return {
    engine: 'Redis',
    engineVersion: server.version,
    dockerfile: async () => `FROM scratch
COPY image/root/ /
COPY --chown=${account.id}:${account.id} image/owned/ /
VOLUME /data
WORKDIR /data
USER ${account.id}:${account.id}
EXPOSE 6379
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
CMD ["redis-server"]
`,
    root: async () => {
      const tools = shellPrograms();
      return [
        ...(await baseTree(account, [server.path, client, ...tools.map(({ path }) => path)])),
        ...shellTree(tools),
        { target: 'usr/local/bin/redis-server', copyOf: server.path, mode: 0o755 },
        { target: 'usr/local/bin/redis-cli', copyOf: client, mode: 0o755 },
        { target: 'usr/local/bin/docker-entrypoint.sh', copyOf: entrypoint, mode: 0o755 },
      ];
    },
    owned: [{ target: 'data', kind: 'directory' }],
  };
}
