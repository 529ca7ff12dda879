import { Failure } from '../../contract/failure.ts';
import { Ports } from '../../platform/ports.ts';
import { asRoot, type Check, unknown } from '../check.ts';
import { percent } from '../units.ts';

/** Can a port be bound on 127.0.0.1? */
export const ports: Check = {
  id: 'ports',
  title: 'ports on 127.0.0.1',
  group: 'machine',
  why: 'every part listens there and nowhere else',
  look: async (scene) => {
    const held = new Ports();
    try {
      const port = await held.take();
      held.release(port);
      return { status: 'ok', observed: 'can be bound', values: { canBind: true } };
    } catch (error) {
      if (error instanceof Failure) {
        return {
          status: 'lack',
          observed: error.message,
          values: { canBind: false },
          fix: asRoot(scene, 'ip link set lo up'),
          blocks: ['docker', 'local'],
        };
      }
      throw error;
    }
  },
};

/** The load engine keeps its connections, but every start and every broken connection takes a port for a minute. */
const comfortablePorts = 8192;
const highWaitingShare = 0.5;
const rangeFile = '/proc/sys/net/ipv4/ip_local_port_range';
const socketsFile = '/proc/net/sockstat';

/** How many ports are there for outgoing connections, and how many does the kernel hold in TIME_WAIT? */
export const ephemeralPorts: Check = {
  id: 'ephemeral-ports',
  title: 'ephemeral ports',
  group: 'machine',
  why: 'without a free one a connection fails as if the system had refused it',
  look: (scene) => {
    const range = /^(\d+)\s+(\d+)/.exec(scene.read(rangeFile) ?? '');
    if (range === null) {
      return unknown(scene, rangeFile);
    }
    const [first, last] = [Number(range[1]), Number(range[2])];
    const count = last - first + 1;
    const waiting = /^TCP:.* tw (\d+)/m.exec(scene.read(socketsFile) ?? '')?.[1];
    const share = Number(waiting ?? 0) / count;
    const inWait = waiting === undefined ? 'TIME_WAIT unknown' : `${waiting} in TIME_WAIT (${percent(share)})`;
    const values = { first, last, count, ...(waiting === undefined ? {} : { timeWait: Number(waiting) }) };
    const observed = `${count} (${first} to ${last}), ${inWait}`;
    return count < comfortablePorts || share > highWaitingShare
      ? { status: 'warn', observed, values, fix: asRoot(scene, `sysctl -w net.ipv4.ip_local_port_range="15000 64999"`) }
      : { status: 'ok', observed, values };
  },
};
