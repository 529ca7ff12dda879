import type { ApiKeyRecord } from '../../system/api/environment.ts';
import { headers } from '../../system/api/headers.ts';
import type { Variant } from '../contract/scenario.ts';
import type { ImageRole } from '../contract/topology.ts';
import type { ContainerPart } from '../rendering/containers.ts';
import type { ComposeImage } from './compose-service.ts';

/** Where a file comes from, so that it can be written again. */
export interface Origin {
  readonly version: string;
  /** Absent outside a git checkout. */
  readonly commit: string | undefined;
  readonly dirty: boolean;
  /** The command that writes the same file, but for its secrets. */
  readonly command: string;
  /** The name under which the file is kept. */
  readonly fileName: string;
}

export interface HeaderRequest {
  readonly scenario: string;
  readonly variant: Variant;
  readonly origin: Origin;
  readonly parts: readonly ContainerPart[];
  readonly images: Readonly<Record<ImageRole, ComposeImage>>;
  readonly ports: ReadonlyMap<string, number>;
  readonly apiKeys: readonly ApiKeyRecord[];
  readonly label: string;
}

/** Name of the Compose project: exports in one folder must not take each other for the same system. */
export function projectOf(scenario: string, variant: string): string {
  return `rag-testbed-${scenario}-${variant}`;
}

function imageLines(parts: HeaderRequest['parts'], images: HeaderRequest['images']): string[] {
  const roles = [...new Set(parts.map(({ image }) => image))];
  return roles.map((role) => {
    const { name, standIn, engine = 'another engine', isOurs } = images[role];
    const what = standIn ? `  (a stand-in: ${engine})` : isOurs ? '  (npm run images builds it)' : '';
    return `  ${role.padEnd(8)} ${name}${what}`;
  });
}

/** What the file is, how to start the system, ask it and remove it: the comment at its top. */
export function composeHeader({ scenario, variant, origin, parts, images, ports, apiKeys, label }: HeaderRequest): string[] {
  const { version, commit, dirty, command, fileName } = origin;
  const compose = `docker compose -f ${fileName} -p ${projectOf(scenario, variant.id)}`;
  const gateway = parts.find(({ tier }) => tier === 'gateway')?.id ?? '';
  const url = `http://127.0.0.1:${ports.get(gateway)}`;
  const tenant = apiKeys.find(({ role }) => role === 'writer')?.tenant ?? '';
  const post = `curl -s -H "${headers.apiKey}: $KEY" -H 'content-type: application/json' ${url}`;
  const source = commit === undefined ? '' : `, commit ${commit}${dirty ? ' with changes that are not committed' : ''}`;
  return [
    `Scenario ${scenario}, variant ${variant.id}: ${variant.title}.`,
    `Written by rag-testbed ${version}${source}:`,
    `  ${command}`,
    'The same parts, settings and quotas as --platform docker starts. For Compose 2 and docker-compose 1.29.',
    'Unlike there, health checks go on while it runs; one that starts a Node takes about 0.13 s of CPU time every 10 s.',
    '',
    'Images:',
    ...imageLines(parts, images),
    '',
    'Start it; it takes about half a minute, and then `ps` in place of `up -d` calls every part healthy:',
    `  ${compose} up -d`,
    `Ask it. The API keys were shown once, when this file was written; below are only their hashes. KEY is that of ${tenant} that writes:`,
    `  ${post}/v1/documents -d '{"documents":[{"doc_id":"hello","content":"Compose started this."}]}'`,
    `  ${post}/v1/search -d '{"query_text":"what did Compose start?","top_k":3}'`,
    'Stop it and remove its data:',
    `  ${compose} down -v`,
    `What was forgotten is found by: docker ps -a --filter label=${label}`,
    '',
    'The secrets below are of this file alone, written anew with every export.',
  ];
}
