import { setTimeout as sleep } from 'node:timers/promises';
import { judge, parseExact } from './judge.ts';
import type { RecordedCase, RecordedSuite } from './recording.ts';
import { type Answer, sendRecorded } from './send.ts';
import { valueAt } from './variables.ts';

const retryEveryMs = 50;

/** Where to send to, and the values that the recordings call built in. */
export interface ReplayTarget {
  readonly url: string;
  readonly snapshotsDirectory: string;
  readonly peerUri?: string;
}

function capture(recorded: RecordedCase, answer: Answer, variables: Map<string, string | number | Buffer>): void {
  for (const [name, path] of Object.entries(recorded.capture ?? {})) {
    const value = path === 'body' ? answer.body : valueAt(parseExact(answer.body.toString('utf8')), path);
    if (typeof value === 'string' || typeof value === 'number' || Buffer.isBuffer(value)) {
      variables.set(name, value);
    } else if (typeof value === 'bigint') {
      variables.set(name, value.toString());
    }
  }
}

async function replayOnce(recorded: RecordedCase, url: string, variables: Map<string, string | number | Buffer>): Promise<string[]> {
  try {
    const answer = await sendRecorded(url, recorded.request, variables);
    if (answer.status === recorded.response.status) {
      capture(recorded, answer, variables);
    }
    return judge(recorded, answer, variables);
  } catch (error) {
    return [`no answer to compare: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function replayCase(recorded: RecordedCase, url: string, variables: Map<string, string | number | Buffer>): Promise<string[]> {
  if (recorded.pauseBeforeMs !== undefined) {
    await sleep(recorded.pauseBeforeMs);
  }
  const deadlineMs = performance.now() + (recorded.eventually?.withinMs ?? 0);
  for (;;) {
    const problems = await replayOnce(recorded, url, variables);
    if (problems.length === 0 || performance.now() >= deadlineMs) {
      return problems;
    }
    await sleep(retryEveryMs);
  }
}

/**
 * Replays a suite in order against a server that is empty; the differences of each case that has any, by case id.
 * Cases that are expected to differ are asked once, without waiting for them to match.
 */
export async function replaySuite(
  suite: RecordedSuite,
  target: ReplayTarget,
  isExpectedToDiffer: (id: string) => boolean = () => false,
): Promise<Map<string, string[]>> {
  const variables = new Map<string, string | number | Buffer>([
    ['baseUrl', target.url],
    ['snapshotsDir', target.snapshotsDirectory],
    ...(target.peerUri === undefined ? [] : [['peerUri', target.peerUri] as const]),
  ]);
  const failed = new Map<string, string[]>();
  for (const recorded of suite.cases) {
    const { eventually: _wait, ...once } = recorded;
    const problems = await replayCase(isExpectedToDiffer(recorded.id) ? once : recorded, target.url, variables);
    if (problems.length > 0) {
      failed.set(recorded.id, problems);
    }
  }
  return failed;
}
