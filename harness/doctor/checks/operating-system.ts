import os from 'node:os';
import type { Check } from '../check.ts';

/** Is this a system on which processes can be started and ended as the local platform needs it? */
export const operatingSystem: Check = {
  id: 'operating-system',
  title: 'operating system',
  group: 'machine',
  why: 'the local platform ends process groups, which Windows has not',
  look: ({ system }) => {
    const observed = `${os.type()} ${os.release()} ${os.arch()}`;
    const values = { type: os.type(), release: os.release(), architecture: os.arch() };
    return system === 'win32'
      ? { status: 'lack', observed, values, fix: 'wsl --install', blocks: ['local'] }
      : { status: 'ok', observed, values };
  },
};
