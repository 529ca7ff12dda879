import { Agent } from 'node:http';
import fc from 'fast-check';
import { hash32, randomStream } from '../../policies/random-stream.ts';
import type { RunningNode } from '../running-node.ts';
import { ControlCollection } from './control.ts';
import { problemOf } from './judge.ts';
import { requests } from './requests.ts';
import { residentMiB } from './resident-memory.ts';
import { asCommand, sendWithin } from './send.ts';
import { type CollectionShape, collections } from './values.ts';

/** Requests drawn together, and how often the control collection is looked at. */
const requestsPerRound = 250;
const deadlineMs = 10_000;

export interface FuzzOutcome {
  readonly seed: number;
  readonly requests: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestResponseTimeMs: number;
  /** Resident memory of the node after each round, in MiB. */
  readonly residentMiB: readonly number[];
  /** Each with the position of its request and a command that sends it again. */
  readonly problems: readonly string[];
}

async function createMissing(node: RunningNode): Promise<void> {
  for (const shape of Object.keys(collections) as CollectionShape[]) {
    if (!(await node.client.collectionExists(shape)).exists) {
      await node.client.createCollection(shape, structuredClone(collections[shape]) as Parameters<typeof node.client.createCollection>[1]);
    }
  }
}

/** Sends that many requests one after the other; which ones depends on the seed alone. It ends early when the node is gone or hangs. */
export async function fuzz(node: RunningNode, seed: number, requestCount: number): Promise<FuzzOutcome & { control: ControlCollection }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const control = new ControlCollection(randomStream(seed, 'control'));
  const statuses: Record<string, number> = {};
  const problems: string[] = [];
  const resident: number[] = [];
  let slowestResponseTimeMs = 0;
  let sent = 0;
  await control.create(node);
  try {
    for (let round = 0; sent < requestCount && problems.length < 20; round += 1) {
      await createMissing(node);
      for (const drawn of fc.sample(requests, {
        seed: hash32(`${seed}:${round}`) | 0,
        numRuns: Math.min(requestsPerRound, requestCount - sent),
      })) {
        const request = { ...drawn, body: drawn.body && withOwnUrl(drawn.body, node.url) };
        const where = `request ${sent} of seed ${seed}: ${asCommand(node.url, request)}`;
        sent += 1;
        const answer = await sendWithin(agent, node.url, request, deadlineMs).catch((error: Error) => {
          throw new Error(`${where}\n  ${error.message}; the node's exit code is ${node.process.exitCode}`, { cause: error });
        });
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        slowestResponseTimeMs = Math.max(slowestResponseTimeMs, answer.responseTimeMs);
        const problem = problemOf(request.method, request.path, answer);
        if (problem !== undefined) {
          problems.push(`${where}\n  ${problem}`);
        }
      }
      problems.push(...(await control.differences(node)).map((difference) => `after ${sent} requests of seed ${seed}: ${difference}`));
      await control.change(node);
      resident.push(await residentMiB(node.process.pid));
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    agent.destroy();
  }
  return { seed, requests: sent, statuses, slowestResponseTimeMs, residentMiB: resident, problems, control };
}

/** Locations of snapshots name the node itself. */
function withOwnUrl(body: Buffer, url: string): Buffer {
  return body.includes('{own}') ? Buffer.from(body.toString('latin1').replaceAll('{own}', url), 'latin1') : body;
}
