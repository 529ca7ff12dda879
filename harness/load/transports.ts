import type { TransportName } from '../contract/plan.ts';
import { openAutocannonTransport } from './autocannon-transport.ts';
import type { OpenTransport } from './transport.ts';
import { openUndiciTransport } from './undici-transport.ts';

/** Every transport that a load plan can name. */
export const transports: Record<TransportName, OpenTransport> = {
  autocannon: openAutocannonTransport,
  undici: openUndiciTransport,
};
