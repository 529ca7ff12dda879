import { describe, expect, it } from 'vitest';
import type { ProcessRow } from './local/process-table.ts';
import { readMachineCpu } from './machine-cpu.ts';

const stat = 'cpu  100 0 50 800 0 0 5 2 0 0\ncpu0 100 0 50 800 0 0 5 2 0 0\n';
const row = (pid: number, parentPid: number, cpuTicks: number): ProcessRow => ({
  pid,
  parentPid,
  cpuTicks,
  state: 'S',
  startTicks: 1,
  name: 'node',
});
const table = [
  row(1, 0, 1000),
  row(process.pid, 1, 10),
  row(990_001, process.pid, 20),
  row(990_002, 990_001, 30),
  row(990_003, 1, 400),
  row(990_004, 990_003, 5),
];

describe('the CPU of the machine', () => {
  it('counts this process and its descendants as ours', () => {
    expect(readMachineCpu([], stat, table)).toEqual({ times: { busy: 155, processes: 150, steal: 2, total: 957 }, ownTicks: 60 });
  });

  it('counts what runs elsewhere for us too, each process once', () => {
    expect(readMachineCpu([990_003], stat, table)?.ownTicks).toBe(465);
    expect(readMachineCpu([990_004, 990_003, 990_001], stat, table)?.ownTicks).toBe(465);
  });

  it('is not known where a process of ours is out of sight, or the kernel tells nothing', () => {
    expect(readMachineCpu([123_456_789], stat, table)).toBeUndefined();
    expect(readMachineCpu([], '', table)).toBeUndefined();
    expect(readMachineCpu([], stat, [])).toBeUndefined();
  });

  it.skipIf(process.platform !== 'linux')('is read from this machine (Linux only)', () => {
    const first = readMachineCpu([]);
    const second = readMachineCpu([]);
    expect(first).toBeDefined();
    expect(second?.ownTicks).toBeGreaterThanOrEqual(first?.ownTicks ?? Number.NaN);
    expect(second?.times.total).toBeGreaterThanOrEqual(first?.times.total ?? Number.NaN);
  });
});
