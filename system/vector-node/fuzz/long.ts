import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startNode } from '../running-node.ts';
import { fuzz } from './session.ts';

/* The long form of the fuzz: `npm run evidence:vector-node-fuzz -- [requests] [seed]`. Prints what came of it and exits 1 when anything was wrong. */

const [requestCount = 20_000, seed = Date.now() % 1_000_000_000] = process.argv.slice(2).map(Number);
const storage = await mkdtemp(path.join(tmpdir(), 'vector-node-fuzz-'));
process.stdout.write(`${requestCount} requests, seed ${seed}\n`);
try {
  const settings = { VECTOR_NODE_CHECKPOINT_LOG_BYTES: '65536' };
  await using node = await startNode(storage, undefined, settings);
  const { control, problems, ...outcome } = await fuzz(node, seed, requestCount);
  await node.stop('SIGKILL');
  await using again = await startNode(storage, undefined, settings);
  const afterRestart = (await control.differences(again)).map((difference) => `after the restart: ${difference}`);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  for (const problem of [...problems, ...afterRestart]) {
    process.stdout.write(`${problem}\n`);
    process.exitCode = 1;
  }
} finally {
  await rm(storage, { recursive: true, force: true });
}
