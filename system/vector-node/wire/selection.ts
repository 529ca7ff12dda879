import { FormatError, notImplemented } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import type { Payload } from '../points/payload-path.ts';
import { type PayloadSelection, readPayloadSelection } from '../points/payload-selection.ts';

/** Which vectors an answer has: none, all, or those named. */
export type VectorSelection = boolean | readonly string[];

/** The parts of points that an answer has. */
export interface Selection {
  readonly payload: PayloadSelection;
  readonly vectors: VectorSelection;
}

export const isGiven = (value: unknown) => value !== undefined && value !== null;

/** Refuses members of a request that would change its answer and are not served. */
export function refuseMembers(request: Payload, members: readonly string[], call: string): void {
  for (const member of members) {
    if (isGiven(request[member])) {
      throw notImplemented(`${member} in ${call}`);
    }
  }
}

function readVectorSelection(value: unknown): VectorSelection {
  if (!isGiven(value)) {
    return false;
  }
  if (typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value) && value.every((name): name is string => typeof name === 'string')) {
    return value;
  }
  throw new FormatError('data did not match any variant of untagged enum WithVector');
}

/** Reads `with_payload` and, by either of its names, `with_vector`. */
export function readSelection(request: Payload, standardPayload: PayloadSelection): Selection {
  return {
    payload: readPayloadSelection(request.with_payload, standardPayload),
    vectors: readVectorSelection(request.with_vector ?? request.with_vectors),
  };
}

/** The shard key of a request as JSON text: no collection of this node has one. */
export function readShardKey(request: Payload): string | undefined {
  return isGiven(request.shard_key) ? writeJson(request.shard_key) : undefined;
}
