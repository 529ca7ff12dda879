import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { OperationKind } from '../contract/common.ts';
import { type ErrorClass, type Operation, operationSchema, type StreamArrival } from '../contract/operation.ts';

/** One request of a step with its outcome; times in µs since the epoch of the step. */
export interface Outcome {
  readonly id: string;
  readonly job: number;
  readonly kind: OperationKind;
  readonly intendedUs: number;
  readonly sentUs?: number;
  readonly doneUs?: number;
  /** `open` when no outcome was written: the generator ended before it was known. */
  readonly type: 'ok' | 'fail' | 'info' | 'open';
  readonly errorClass?: ErrorClass;
  readonly status?: number;
  readonly body?: string;
  /** Of a streamed answer. */
  readonly stream?: StreamArrival;
}

function completed(outcome: Outcome, end: Exclude<Operation, { type: 'invoke' }>): Outcome {
  const { type, doneUs, sentUs, status, body } = end;
  return {
    ...outcome,
    type,
    doneUs,
    ...(sentUs === undefined ? {} : { sentUs }),
    ...(status === undefined ? {} : { status }),
    ...(body === undefined ? {} : { body }),
    ...(end.type === 'ok' ? (end.stream === undefined ? {} : { stream: end.stream }) : { errorClass: end.errorClass }),
  };
}

/** Reads `operations.jsonl` and joins each invocation with its outcome, in the order of invocation. A torn last line (a killed generator) is left out; a broken line before it throws with its number. */
export async function readHistory(file: string): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  let torn: { number: number; cause: unknown } | undefined;
  for await (const line of lines) {
    number += 1;
    if (torn !== undefined) {
      throw new Error(`${file}:${torn.number} is no operation`, { cause: torn.cause });
    }
    try {
      const operation = operationSchema.parse(JSON.parse(line));
      if (operation.type === 'invoke') {
        const { id, job, kind, intendedUs } = operation;
        outcomes.set(id, { id, job, kind, intendedUs, type: 'open' });
      } else {
        const invoked = outcomes.get(operation.id);
        if (invoked === undefined) {
          throw new Error(`outcome of ${operation.id} without its invocation`);
        }
        outcomes.set(operation.id, completed(invoked, operation));
      }
    } catch (cause) {
      torn = { number, cause };
    }
  }
  return [...outcomes.values()];
}
