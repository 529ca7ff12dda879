import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fuzz } from './session.ts';

/* The long form of the fuzz: `npm run evidence:vector-node-fuzz -- [requests] [seed]`. Prints what came of it and exits 1 when anything was wrong. */

const [requestCount = 20_000, seed = Date.now() % 1_000_000_000] = process.argv.slice(2).map(Number);
const storage = await mkdtemp(path.join(tmpdir(), 'vector-node-fuzz-'));
process.stdout.write(`${requestCount} requests, seed ${seed}\n`);
try {
  const { problems, ...outcome } = await fuzz(storage, seed, requestCount);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  for (const problem of problems) {
    process.stdout.write(`${problem}\n`);
    process.exitCode = 1;
  }
} finally {
  await rm(storage, { recursive: true, force: true });
}
