import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sceneOf } from '../testing/scene.ts';
import { engineDisk, judgeDisk, runsDisk } from './disk.ts';

const needs = { comfortableBytes: 0, neededBytes: 0, blocks: ['local'] } as const;

describe('disk', () => {
  it('looks at the nearest folder that exists', async () => {
    const folder = join(tmpdir(), 'not', 'there', 'yet');
    const finding = await judgeDisk(folder, needs);
    expect(finding).toMatchObject({ status: 'ok', values: { folder } });
    expect(finding.values?.freeBytes).toBeGreaterThan(0);
  });

  it('warns below what is comfortable and blocks below what is needed', async () => {
    const endless = Number.MAX_VALUE;
    expect(await judgeDisk(tmpdir(), { ...needs, comfortableBytes: endless })).toMatchObject({ status: 'warn' });
    const both = { comfortableBytes: endless, neededBytes: endless };
    expect(await judgeDisk(tmpdir(), { ...needs, ...both })).toMatchObject({ status: 'lack', blocks: ['local'] });
  });

  it('blocks every platform where runs cannot be written', async () => {
    // Below a file there is no folder for anybody, not even for root.
    const runsFolder = join(import.meta.filename, 'out');
    const fix = `sudo install -d -o "$USER" ${runsFolder}`;
    expect(await runsDisk.look(sceneOf({ runsFolder }))).toMatchObject({ status: 'lack', blocks: ['docker', 'local'], fix });
  });

  it('cannot see the disk of an engine that is elsewhere', async () => {
    const probe = { found: 'engine', endpoint: 'tcp://10.0.0.1:2375', version: '27.3.1', apiVersion: '1.47' } as const;
    const info = {
      Driver: 'overlay2',
      NCPU: 1,
      MemTotal: 1,
      MemoryLimit: true,
      CpuCfsQuota: true,
      DockerRootDir: '/',
      OperatingSystem: 'Elsewhere',
    };
    expect(await engineDisk.look(sceneOf({ engine: { probe, info } }))).toMatchObject({ status: 'unknown' });
  });
});
