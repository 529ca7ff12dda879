import { type Check, noEngine } from '../check.ts';

/** Each copies whole images or needs a loop device, so that a container starts in seconds instead of milliseconds. */
const slow = ['vfs', 'aufs', 'devicemapper'];

/** How does the engine store images? */
export const engineStorage: Check = {
  id: 'engine-storage',
  title: 'storage driver',
  group: 'engine',
  why: 'it decides how long a container takes to start',
  look: ({ engine: { info } }) => {
    if (info === undefined) {
      return noEngine;
    }
    const { Driver: driver } = info;
    return slow.includes(driver)
      ? {
          status: 'warn',
          observed: `${driver}, which is slow`,
          values: { driver },
          fix: 'see https://docs.docker.com/engine/storage/drivers/',
        }
      : { status: 'ok', observed: driver, values: { driver } };
  },
};
