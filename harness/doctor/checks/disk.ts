import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asRoot, type Check, noEngine, unknown } from '../check.ts';
import type { Finding, PlatformId } from '../report.ts';
import { storage } from '../units.ts';

interface Needs {
  /** Below this there is a warning. */
  readonly comfortableBytes: number;
  /** Below this no run could end. */
  readonly neededBytes: number;
  readonly blocks: readonly PlatformId[];
  readonly fix?: string;
}

/** The folder, or the nearest one above it that exists. */
async function existing(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) {
      throw error;
    }
    return existing(parent);
  }
}

/** Judges what is free where `folder` is or would be. */
export async function judgeDisk(folder: string, { comfortableBytes, neededBytes, blocks, fix }: Needs): Promise<Finding> {
  const { bavail, bsize } = await statfs(await existing(folder));
  const free = bavail * bsize;
  const observed = `${storage(free)} free in ${folder}`;
  const values = { folder, freeBytes: free };
  const remedy = fix === undefined ? {} : { fix };
  if (free < neededBytes) {
    return { status: 'lack', observed, values, blocks: [...blocks], ...remedy };
  }
  return free < comfortableBytes ? { status: 'warn', observed, values, ...remedy } : { status: 'ok', observed, values };
}

/** Can runs be written, and is there room for results, logs and the state of vector nodes? */
export const runsDisk: Check = {
  id: 'disk-of-runs',
  title: 'disk for runs',
  group: 'machine',
  why: 'results, logs and, on the local platform, all stores are written there',
  look: async (scene) => {
    const { runsFolder } = scene;
    try {
      await access(await existing(runsFolder), constants.W_OK);
    } catch (error) {
      return {
        status: 'lack',
        observed: `cannot be written: ${error instanceof Error ? error.message : String(error)}`,
        values: { folder: runsFolder },
        fix: asRoot(scene, `install -d -o "$USER" ${runsFolder}`),
        blocks: ['docker', 'local'],
      };
    }
    const fix = `du -sh ${runsFolder}/* | sort -h # and remove what is not needed`;
    return judgeDisk(runsFolder, { comfortableBytes: 2e9, neededBytes: 200e6, blocks: ['docker', 'local'], fix });
  },
};

/** Is there room for images and volumes? */
export const engineDisk: Check = {
  id: 'disk-of-engine',
  title: 'engine disk',
  group: 'engine',
  why: 'images, volumes and the logs of containers are kept there',
  look: async (scene) => {
    const { info, probe } = scene.engine;
    if (info === undefined) {
      return noEngine;
    }
    // Elsewhere the engine's folder is inside a virtual machine or on another host.
    if (scene.system !== 'linux' || !probe.endpoint.startsWith('unix:') || info.OperatingSystem.startsWith('Docker Desktop')) {
      return unknown(scene, `engine whose disk could be looked at (it is ${info.OperatingSystem} at ${probe.endpoint})`);
    }
    return judgeDisk(info.DockerRootDir, { comfortableBytes: 4e9, neededBytes: 500e6, blocks: ['docker'], fix: 'docker image prune' });
  },
};
