import type { ContainerPart } from '../rendering/containers.ts';
import { type HealthCheck, healthCheckOf } from './compose-health.ts';
import { serviceWithFiles } from './compose-part-files.ts';

export interface ComposeImage {
  readonly name: string;
  /** It stands in for the real image: other programs are inside. */
  readonly standIn: boolean;
  /** What it says that it has inside, such as `embedded vector node 0.1.0`. */
  readonly engine?: string;
  /** Made on this machine and in no registry. */
  readonly isOurs: boolean;
  /** Folders that it declares as volumes, where that is known. */
  readonly volumes: readonly string[];
}

/** One service as the Compose specification has it, in the forms that docker-compose 1.29 and Compose 2 both accept. */
export interface ComposeService {
  readonly image: string;
  readonly pull_policy?: 'never';
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: 'service_healthy' }>>;
  readonly healthcheck: HealthCheck;
  readonly cpus: number;
  readonly mem_limit: string;
  readonly memswap_limit: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Engines count in billionths of a core; a share such as q/3 has more digits than that. */
function wholeNanoCpus(cpus: number): number {
  return Number(cpus.toFixed(9));
}

/** Name of the volume by folder, for the state of the part and for what its image would otherwise fill anonymous volumes with. */
export function volumesOf({ id, stateFolder }: ContainerPart, { volumes }: ComposeImage): [string, string][] {
  const folders = [...new Set([...(stateFolder === undefined ? [] : [stateFolder]), ...volumes])];
  return folders.map((folder, index) => [index === 0 ? id : `${id}-${index}`, folder]);
}

/** The service of a part; published on 127.0.0.1 where a port is given. */
export function serviceOf(
  part: ContainerPart,
  image: ComposeImage,
  port: number | undefined,
  labels: ComposeService['labels'],
): ComposeService {
  const { command, environment, tmpfs } = serviceWithFiles(part);
  const memory = `${part.quota.memoryMiB}m`;
  const volumes = volumesOf(part, image);
  return {
    image: image.name,
    ...(image.isOurs ? { pull_policy: 'never' } : {}),
    ...(command === undefined ? {} : { command }),
    environment,
    ...(tmpfs.length === 0 ? {} : { tmpfs }),
    ...(volumes.length === 0 ? {} : { volumes: volumes.map(([name, folder]) => `${name}:${folder}`) }),
    ...(port === undefined ? {} : { ports: [`127.0.0.1:${port}:${part.port}`] }),
    ...(part.after.length === 0 ? {} : { depends_on: Object.fromEntries(part.after.map((id) => [id, { condition: 'service_healthy' }])) }),
    healthcheck: healthCheckOf(part, image),
    cpus: wholeNanoCpus(part.quota.cpus),
    mem_limit: memory,
    // The same number means no swap, as on the Docker platform.
    memswap_limit: memory,
    labels,
  };
}
