import type { ApiKeyRecord } from '../../system/api/environment.ts';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import type { Variant } from '../contract/scenario.ts';
import type { ImageRole } from '../contract/topology.ts';
import { type ContainerPart, containerParts } from '../rendering/containers.ts';
import type { Wiring } from '../rendering/environment.ts';
import { composeHeader, type Origin } from './compose-header.ts';
import { type ComposeImage, serviceOf, volumesOf } from './compose-service.ts';
import { composeText } from './compose-text.ts';

/** Found on everything that a compose file of ours creates. */
export const exportLabel = 'rag-testbed.export';

const highestPort = 65_535;

export interface ComposeRequest {
  readonly scenario: string;
  readonly variant: Variant;
  readonly wiring: Wiring;
  readonly databasePassword: string;
  readonly apiKeys: readonly ApiKeyRecord[];
  readonly images: Readonly<Record<ImageRole, ComposeImage>>;
  /** Of the first gateway, on 127.0.0.1; the others have the ports after it. */
  readonly gatewayPort: number;
  /** Further ports on 127.0.0.1, by part. */
  readonly publish: Readonly<Record<string, number>>;
  readonly origin: Origin;
}

/**
 * Port on 127.0.0.1 by part.
 * @throws Failure `usage` (64): a part that there is not, a port twice or out of range.
 */
function publishedPorts(parts: readonly ContainerPart[], { gatewayPort, publish, variant }: ComposeRequest): Map<string, number> {
  const ids = parts.map(({ id }) => id);
  for (const id of Object.keys(publish)) {
    if (!ids.includes(id)) {
      const meant = nearest(id, ids);
      throw new Failure('usage', 'unknown_part', `variant ${variant.id} has no part "${id}"`, {
        hint: `${meant === undefined ? '' : `did you mean "${meant}"? `}known: ${ids.join(', ')}`,
      });
    }
  }
  const gateways = parts.filter(({ tier }) => tier === 'gateway').map(({ id, position }) => [id, gatewayPort + position] as const);
  const published = new Map([...gateways, ...Object.entries(publish)]);
  const partOf = new Map<number, string>();
  for (const [id, port] of published) {
    const other = partOf.get(port);
    if (other !== undefined || port > highestPort) {
      const what = other === undefined ? `there is no port ${port} for ${id}` : `port ${port} is asked for by ${other} and by ${id}`;
      throw new Failure('usage', 'port_not_possible', what, { hint: 'choose others with --gateway-port or --publish' });
    }
    partOf.set(port, id);
  }
  return published;
}

/**
 * A Compose file that starts one variant with the same parts, settings and quotas as the Docker platform. The same request gives the
 * same text.
 * @throws Failure `usage` (64) for ports that cannot be published.
 */
export function composeFile(request: ComposeRequest): string {
  const { scenario, variant, wiring, databasePassword, apiKeys, images, origin } = request;
  const parts = containerParts({
    wiring,
    databasePassword,
    apiKeys: `[\n${apiKeys.map((record) => JSON.stringify(record)).join(',\n')}\n]`,
    hostOf: (id) => id,
  });
  const ports = publishedPorts(parts, request);
  const labels = { [exportLabel]: `${scenario}.${variant.id}` };
  const services = Object.fromEntries(parts.map((part) => [part.id, serviceOf(part, images[part.image], ports.get(part.id), labels)]));
  const volumes = parts.flatMap((part) => volumesOf(part, images[part.image]).map(([name]) => name));
  return composeText({
    header: composeHeader({ scenario, variant, origin, parts, images, ports, apiKeys, label: exportLabel }),
    services,
    networks: { default: { labels } },
    volumes: Object.fromEntries(volumes.map((name) => [name, { labels }])),
    secrets: [databasePassword, wiring.internalToken],
  });
}
