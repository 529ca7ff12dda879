import { describe, expect, it } from 'vitest';
import { cpuGroupFolders, throttledSecondsOf } from './cgroup-throttling.ts';

describe('throttledSecondsOf', () => {
  it('reads both versions', () => {
    expect(throttledSecondsOf('nr_periods 120\nnr_throttled 31\nthrottled_time 2500000000\n')).toBe(2.5);
    expect(throttledSecondsOf('usage_usec 9\nnr_periods 120\nnr_throttled 31\nthrottled_usec 2500000\n')).toBe(2.5);
  });

  it('does not take a group without a quota for one that was never throttled', () => {
    expect(throttledSecondsOf('usage_usec 5\nuser_usec 3\n')).toBeUndefined();
    expect(throttledSecondsOf('')).toBeUndefined();
  });
});

describe('cpuGroupFolders', () => {
  it('names the own group and all above, version 2', () => {
    expect(cpuGroupFolders('0::/user.slice/load.scope\n')).toEqual([
      '/sys/fs/cgroup/user.slice/load.scope',
      '/sys/fs/cgroup/user.slice',
      '/sys/fs/cgroup',
    ]);
  });

  it('takes the hierarchy of the cpu controller, version 1', () => {
    expect(cpuGroupFolders('9:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/ignored\n')).toEqual([
      '/sys/fs/cgroup/cpu/docker/abc',
      '/sys/fs/cgroup/cpu/docker',
      '/sys/fs/cgroup/cpu',
    ]);
  });

  it('is empty where there is none', () => {
    expect(cpuGroupFolders('')).toEqual([]);
  });
});
