import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const microsecondsPerSecond = 1e6;
const nanosecondsPerSecond = 1e9;

/** Seconds of a `cpu.stat`: version 2 counts `throttled_usec`, version 1 `throttled_time` in ns. Undefined without either. */
export function throttledSecondsOf(cpuStat: string): number | undefined {
  const field = (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec(cpuStat)?.[1];
  const [microseconds, nanoseconds] = [field('throttled_usec'), field('throttled_time')];
  if (microseconds !== undefined) {
    return Number(microseconds) / microsecondsPerSecond;
  }
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / nanosecondsPerSecond;
}

/**
 * The folders whose quotas bind a process, from its `/proc/<pid>/cgroup`: its own and every one above, because each may
 * have a quota. Inside a container the paths are those of the host and lead nowhere; the mounted root is then its own.
 */
export function cpuGroupFolders(cgroupFile: string, root = '/sys/fs/cgroup'): string[] {
  const lines = cgroupFile.split('\n').map((line) => line.split(':'));
  const old = lines.find(([, controllers = '']) => controllers.split(',').includes('cpu'));
  const unified = lines.find(([hierarchy, controllers]) => hierarchy === '0' && controllers === '');
  const line = old ?? unified;
  if (line === undefined) {
    return [];
  }
  const mount = old === undefined ? root : join(root, 'cpu');
  const folders: string[] = [];
  for (let path = line.slice(2).join(':'); path !== '/' && path !== '.' && path !== ''; path = dirname(path)) {
    folders.push(join(mount, path));
  }
  return [...folders, mount];
}

/**
 * Seconds for which CPU quotas kept this process and its neighbours in the same control groups from running, since they
 * were made. Undefined where there are no control groups.
 */
export function throttledSeconds(): number | undefined {
  if (!existsSync('/proc/self/cgroup')) {
    return undefined;
  }
  const known = cpuGroupFolders(readFileSync('/proc/self/cgroup', 'latin1'))
    .map((folder) => join(folder, 'cpu.stat'))
    .filter((file) => existsSync(file))
    .map((file) => throttledSecondsOf(readFileSync(file, 'latin1')))
    .filter((seconds) => seconds !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, seconds) => sum + seconds, 0);
}
