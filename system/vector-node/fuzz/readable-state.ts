import type { RunningNode } from '../running-node.ts';

/** Values of a description that tell what the node is doing rather than what it holds. */
const passing = ['status', 'optimizer_status', 'indexed_vectors_count', 'segments_count', 'update_queue'];

async function resultOf(node: RunningNode, route: string, body?: string): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', body };
  const response = await fetch(`${node.url}${route}`, init);
  const text = await response.text();
  if (response.status !== 200) {
    throw new Error(`${route} answered ${response.status}: ${text}`);
  }
  // As text: integers beyond 2^53 would come out of JSON.parse changed.
  return text.replace(/,"status":"ok","time":[^,]*\}$/, '');
}

/** Everything that clients can read, as lines to compare: aliases, and of each collection its description and all points. */
export async function readableState(node: RunningNode): Promise<string[]> {
  const { collections } = await node.client.getCollections();
  const { aliases } = await node.client.getAliases();
  const lines = aliases.map(({ alias_name, collection_name }) => `alias ${alias_name} of ${collection_name}`);
  for (const name of collections.map((collection) => collection.name).sort()) {
    const path = `/collections/${encodeURIComponent(name)}`;
    const info = Object.entries(await node.client.getCollection(name)).filter(([key]) => !passing.includes(key));
    lines.push(`${name} ${JSON.stringify(info)}`);
    const points = await resultOf(node, `${path}/points/scroll`, '{"limit":100000,"with_payload":true,"with_vector":true}');
    lines.push(...String(points).split(/(?=\{"id":)/));
  }
  return lines;
}

/** Lines that only one of two states has. */
export function differencesOf(before: readonly string[], after: readonly string[]): string[] {
  const [had, has] = [new Set(before), new Set(after)];
  const lost = before.filter((line) => !has.has(line)).map((line) => `lost: ${line.slice(0, 500)}`);
  const appeared = after.filter((line) => !had.has(line)).map((line) => `appeared: ${line.slice(0, 500)}`);
  return [...lost, ...appeared].slice(0, 10);
}
