import type { TransportName } from '../contract/common.ts';
import { openAutocannonTransport } from './autocannon-transport.ts';
import type { OpenTransport } from './transport.ts';

/** Every transport that a load plan can name. */
export const transports: Record<TransportName, OpenTransport> = {
  autocannon: openAutocannonTransport,
  // Loaded when it is asked for: it has memory that a generator without it need not have.
  undici: async (options) => {
    const { openUndiciTransport } = await import('./undici-transport.ts');
    return openUndiciTransport(options);
  },
};
