import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const processes = ['gateway', 'query', 'indexer', 'provider', 'vector-node'] as const;
type ProcessName = (typeof processes)[number];

/** Ready at once, and ends when it is told to. */
const wellBehaved = `
import { createServer } from 'node:http';
const port = Number(process.env.PORT ?? process.env.QDRANT__SERVICE__HTTP_PORT);
createServer((request, response) => {
  response.end(JSON.stringify({ title: 'qdrant - vector search engine', version: '9.8.7', environment: process.env }));
}).listen(port, '127.0.0.1', () => console.log('listening on', port));
process.on('SIGTERM', () => process.exit(0));
`;

/**
 * Writes stand-ins for the processes of the reference system, so that the platform is tested by itself. `instead` replaces
 * the source of some. Answers the folder for \`systemDirectory\`.
 */
export async function writeFixtureSystem(directory: string, instead: Partial<Record<ProcessName, string>> = {}): Promise<string> {
  const system = join(directory, 'system');
  for (const name of processes) {
    await mkdir(join(system, name), { recursive: true });
    await writeFile(join(system, name, 'main.ts'), instead[name] ?? wellBehaved);
  }
  await writeFile(join(system, 'package.json'), '{"type":"module"}');
  return system;
}
