import type { GenericContainer } from 'testcontainers';
import type { Quota } from '../../../contract/topology.ts';
import { loopback } from '../../loopback.ts';
import { ProbeWait } from './probe-wait.ts';

/** Where a container stands on this machine, and what it may use. */
export interface Confinement {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the run; the container is found there under `alias`. */
  readonly network: string;
  readonly alias: string;
  /** Port inside, and the fixed one on 127.0.0.1: a container that is killed and started again keeps its address. */
  readonly port: number;
  readonly hostPort: number;
  readonly quota: Quota;
  /** Volume by folder inside the container. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Told the container's id before it is started: one that ends at once is known by then. */
  readonly onCreated?: (containerId: string) => void;
}

const bytesPerMebibyte = 1024 * 1024;
const nanoCpus = 1e9;

// biome-ignore lint/suspicious/noExplicitAny: the language asks for any[] in a class that is mixed into another.
type ContainerClass = new (...words: any[]) => GenericContainer;

/** Adds to a module of testcontainers what all our containers have in common; the module keeps what it knows of its engine. */
export function confined<T extends ContainerClass>(Module: T) {
  return class Confined extends Module {
    #onCreated: Confinement['onCreated'];

    confine({ name, labels, network, alias, port, hostPort, quota, volumes, onCreated }: Confinement): this {
      this.#onCreated = onCreated;
      this.withName(name)
        .withLabels({ ...labels })
        .withNetworkMode(network)
        .withNetworkAliases(alias)
        .withExposedPorts({ container: port, host: hostPort })
        .withBindMounts(Object.entries(volumes).map(([target, source]) => ({ source, target })))
        .withAutoRemove(false);
      this.hostConfig = {
        ...this.hostConfig,
        // Only this machine may reach a system whose data and keys are for a test.
        PortBindings: { [`${port}/tcp`]: [{ HostIp: loopback, HostPort: String(hostPort) }] },
        NanoCpus: Math.round(quota.cpus * nanoCpus),
        Memory: quota.memoryMiB * bytesPerMebibyte,
        // The same number means no swap: a part that needs more than its share shall be seen to fail, not to crawl.
        MemorySwap: quota.memoryMiB * bytesPerMebibyte,
      };
      // A health check would start a process in the container every few seconds, at the cost of its quota.
      this.createOpts.Healthcheck = { Test: ['NONE'] };
      // The modules give a container that has no health check one of their own.
      this.healthCheck = { test: ['CMD', 'NONE'] };
      return this;
    }

    /** How the wait for it fares; undefined with a wait of testcontainers' own. */
    get probeWait(): ProbeWait | undefined {
      return this.waitStrategy instanceof ProbeWait ? this.waitStrategy : undefined;
    }

    protected override async containerCreated(containerId: string): Promise<void> {
      this.#onCreated?.(containerId);
    }
  };
}
