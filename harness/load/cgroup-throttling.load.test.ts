import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const versionOne = existsSync('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') || existsSync('/sys/fs/cgroup/cpu/cgroup.procs');
const parent = versionOne ? '/sys/fs/cgroup/cpu' : '/sys/fs/cgroup';

function whyNot(): string | undefined {
  try {
    accessSync(parent, constants.W_OK);
    accessSync(join(parent, 'cgroup.procs'), constants.W_OK);
    return undefined;
  } catch {
    return `left out: ${parent} is not writable`;
  }
}
const lack = whyNot();

/** Burns 300 ms of CPU and prints what it was kept from running meanwhile. */
const burner = `
import { throttledSeconds } from ${JSON.stringify(new URL('./cgroup-throttling.ts', import.meta.url).href)};
const before = throttledSeconds() ?? 0;
for (const start = process.cpuUsage(); ;) {
  const { user, system } = process.cpuUsage(start);
  if (user + system > 300_000) break;
}
console.log((throttledSeconds() ?? 0) - before);`;

it.skipIf(lack !== undefined)(`sees the quota of its own control group${lack === undefined ? '' : ` (${lack})`}`, () => {
  const group = join(parent, `rag-testbed-${process.pid}`);
  mkdirSync(group);
  try {
    if (versionOne) {
      writeFileSync(join(group, 'cpu.cfs_quota_us'), '20000');
    } else {
      writeFileSync(join(group, 'cpu.max'), '20000 100000');
    }
    const shell = `echo $$ > ${group}/cgroup.procs; exec "$0" --input-type=module -e "$1"`;
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', shell, process.execPath, burner], { encoding: 'utf8' });
    expect(stderr).toBe('');
    // A fifth of a core: 300 ms of work wait for more than half a second.
    expect(Number(stdout)).toBeGreaterThan(0.5);
  } finally {
    rmdirSync(group);
  }
});
