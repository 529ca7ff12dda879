import { Agent } from 'node:http';
import fc from 'fast-check';
import { hash32, randomStream } from '../../policies/random-stream.ts';
import { type RunningNode, startNode } from '../running-node.ts';
import { ControlCollection } from './control.ts';
import { problemOf } from './judge.ts';
import { differencesOf, readableState } from './readable-state.ts';
import { type FuzzRequest, requests } from './requests.ts';
import { residentMiB } from './resident-memory.ts';
import { asCommand, sendWithin } from './send.ts';
import { type CollectionShape, collections } from './values.ts';

/** Requests drawn together, and how often the control collection is looked at. */
const requestsPerRound = 250;
const deadlineMs = 10_000;
/** Every other round is sent by one client, so that a problem comes again with its seed; the others by several at once. */
const lanesOf = (round: number) => (round % 2 === 0 ? 1 : 4);
const enoughProblems = 20;
/** Small, so that checkpoints are written all the time. */
const settings = { VECTOR_NODE_CHECKPOINT_LOG_BYTES: '65536' };

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

/** Locations of snapshots name the node itself. */
function withOwnUrl(request: FuzzRequest, url: string): FuzzRequest {
  const { body } = request;
  return body?.includes('{own}') ? { ...request, body: Buffer.from(body.toString('latin1').replaceAll('{own}', url), 'latin1') } : request;
}

class Session {
  readonly #seed: number;
  readonly #node: RunningNode;
  readonly #agent = new Agent({ keepAlive: true });
  readonly statuses: Record<string, number> = {};
  readonly problems: string[] = [];
  readonly residentMiB: number[] = [];
  slowestResponseTimeMs = 0;
  sent = 0;

  constructor(seed: number, node: RunningNode) {
    this.#seed = seed;
    this.#node = node;
  }

  async #send(drawn: FuzzRequest): Promise<void> {
    const request = withOwnUrl(drawn, this.#node.url);
    const where = `request ${this.sent} of seed ${this.#seed}: ${asCommand(this.#node.url, request)}`;
    this.sent += 1;
    const answer = await sendWithin(this.#agent, this.#node.url, request, deadlineMs).catch((error: Error) => {
      throw new Error(`${where}\n  ${error.message}; the node's exit code is ${this.#node.process.exitCode}`, { cause: error });
    });
    this.statuses[answer.status] = (this.statuses[answer.status] ?? 0) + 1;
    this.slowestResponseTimeMs = Math.max(this.slowestResponseTimeMs, answer.responseTimeMs);
    const problem = problemOf(request.method, request.path, answer);
    if (problem !== undefined) {
      this.problems.push(`${where}\n  ${problem}`);
    }
  }

  /** Sends the requests of one round; which ones depends on the seed and the round alone. */
  async round(round: number, count: number): Promise<void> {
    await createMissing(this.#node);
    const drawn = fc.sample(requests, { seed: hash32(`${this.#seed}:${round}`) | 0, numRuns: count });
    const lane = async () => {
      for (let next = drawn.shift(); next !== undefined; next = drawn.shift()) {
        await this.#send(next);
      }
    };
    await Promise.all(Array.from({ length: lanesOf(round) }, lane));
    this.residentMiB.push(await residentMiB(this.#node.process.pid));
  }

  end(): void {
    this.#agent.destroy();
  }
}

/**
 * Starts a node, sends that many requests, kills the node and starts it again. It must answer each request within the deadline and never
 * with an error that is not documented, keep a collection right that the requests leave alone, and hold after the restart what it held
 * before. It ends early when the node is gone or hangs.
 */
export async function fuzz(storage: string, seed: number, requestCount: number): Promise<FuzzOutcome> {
  const control = new ControlCollection(randomStream(seed, 'control'));
  await using node = await startNode(storage, undefined, settings);
  const session = new Session(seed, node);
  const { problems } = session;
  const check = async (at: RunningNode, when: string) => {
    problems.push(...(await control.differences(at)).map((difference) => `seed ${seed}, ${when}: ${difference}`));
  };
  try {
    await control.create(node);
    for (let round = 0; session.sent < requestCount && problems.length < enoughProblems; round += 1) {
      await session.round(round, Math.min(requestsPerRound, requestCount - session.sent));
      await check(node, `after ${session.sent} requests`);
      await control.change(node);
    }
    const before = await readableState(node);
    await node.stop('SIGKILL');
    await using again = await startNode(storage, undefined, settings);
    const differences = differencesOf(before, await readableState(again));
    problems.push(...differences.map((difference) => `seed ${seed}, after the restart: ${difference}`));
    await check(again, 'after the restart');
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    session.end();
  }
  const { sent, statuses, slowestResponseTimeMs, residentMiB: resident } = session;
  return { seed, requests: sent, statuses, slowestResponseTimeMs, residentMiB: resident, problems };
}
