import { readFileSync } from 'node:fs';

const heading = '## Not claimed';
const row = /^\| `([a-z0-9-]+\.[a-z0-9_-]+)` \| (.+) \|$/i;

/**
 * The recorded cases that the embedded node does not answer as Qdrant does, with the reason, from the tables of docs/vector-node.md below
 * the heading "Not claimed". Throws for a case that is listed twice and for a document without the heading.
 */
export function readNotClaimed(text: string): Map<string, string> {
  const start = text.indexOf(`\n${heading}\n`);
  if (start === -1) {
    throw new SyntaxError(`docs/vector-node.md has no heading "${heading}"`);
  }
  const listed = new Map<string, string>();
  for (const line of text.slice(start + heading.length + 2).split('\n')) {
    const [, id, reason] = row.exec(line) ?? [];
    if (id === undefined || reason === undefined) {
      continue;
    }
    if (listed.has(id)) {
      throw new SyntaxError(`docs/vector-node.md lists ${id} twice`);
    }
    listed.set(id, reason);
  }
  return listed;
}

export function notClaimed(): Map<string, string> {
  return readNotClaimed(readFileSync(new URL('../../../docs/vector-node.md', import.meta.url), 'utf8'));
}
