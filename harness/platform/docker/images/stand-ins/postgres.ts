import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseTree } from '../base-tree.ts';
import { filesBelow, type TreeEntry } from '../image-tree.ts';
import { postgresFolder, shellPrograms, shellTree, versionOf } from '../programs.ts';
import type { StandIn } from './stand-in.ts';

const account = { name: 'postgres', id: 999, home: '/var/lib/postgresql' };
const entrypoint = fileURLToPath(new URL('postgres-entrypoint.sh', import.meta.url));
const oldest = '15.0';
const programs = ['postgres', 'initdb', 'pg_ctl', 'psql', 'pg_isready', 'pg_dump', 'createdb', 'dropdb', 'createuser'];
/** Debian builds without time zones and locales of its own and takes the system's; of the zones, without their copies for other clocks. */
const systemFolders = ['/usr/share/zoneinfo', '/usr/lib/locale/C.utf8'];

async function copyOfFolder(folder: string, enter: (path: string) => boolean = () => true): Promise<TreeEntry[]> {
  return (await filesBelow(folder, enter)).map((file) => join(folder, file)).map((path) => ({ target: path.slice(1), copyOf: path }));
}

/** Just-in-time compilation would bring a whole LLVM along; without its module the server goes on without saying so. */
function isLoadedByServer(path: string): boolean {
  return path.endsWith('.so') && basename(path) !== 'llvmjit.so';
}

/** This machine's newest PostgreSQL, arranged like the official image. */
export async function postgresStandIn(): Promise<StandIn> {
  const folder = postgresFolder();
  const binaries = join(folder, 'bin');
  const server = await versionOf(join(binaries, 'postgres'), /(\d+\.\d+)/, oldest);
  return {
    engine: 'PostgreSQL',
    engineVersion: server.version,
    // SIGINT ends a server although clients are connected, SIGTERM would wait for them: the official image asks for the same.
    dockerfile: async () => `FROM scratch
COPY image/root/ /
COPY --chown=${account.id}:${account.id} image/owned/home/ /var/lib/postgresql/
COPY --chown=${account.id}:${account.id} image/owned/sockets/ /var/run/postgresql/
ENV PATH=${binaries}:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
WORKDIR /var/lib/postgresql
USER ${account.id}:${account.id}
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]
`,
    root: async () => {
      const tools = shellPrograms();
      const used = programs.map((name) => join(binaries, name)).filter((path) => existsSync(path));
      const modules = (await copyOfFolder(join(folder, 'lib'), (path) => path !== 'bitcode' && path !== 'pgxs')).filter(({ target }) =>
        isLoadedByServer(target),
      );
      const shared = await copyOfFolder(join('/usr/share/postgresql', basename(folder)), (path) => path !== 'man');
      const fromSystem = await Promise.all(
        systemFolders
          .filter((path) => existsSync(path))
          .map((path) => copyOfFolder(path, (child) => child !== 'posix' && child !== 'right')),
      );
      const linked = [...used, ...modules.map(({ target }) => `/${target}`), ...tools.map(({ path }) => path)];
      return [
        ...(await baseTree(account, linked)),
        ...shellTree(tools),
        ...used.map((path) => ({ target: path.slice(1), copyOf: path, mode: 0o755 })),
        ...modules,
        ...shared,
        ...fromSystem.flat(),
        { target: 'usr/local/bin/docker-entrypoint.sh', copyOf: entrypoint, mode: 0o755 },
        { target: 'docker-entrypoint-initdb.d', kind: 'directory' },
      ];
    },
    owned: [
      { target: 'home/data', kind: 'directory', mode: 0o700 },
      { target: 'sockets', kind: 'directory' },
    ],
  };
}
