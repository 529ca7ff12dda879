import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type OperationKind, operationKindSchema } from '../contract/common.ts';
import type { Observation } from '../contract/observation.ts';
import { hgrmText } from '../measurement/hgrm.ts';
import type { Histogram } from '../measurement/histogram.ts';

/** What a step leaves in its output directory. */
export const observationFileName = 'observation.json';
export const operationsFileName = 'operations.jsonl';
/** What the percentiles of each second are made of; of a worker only, for its step to be put together. */
export const samplesFileName = 'second-samples.json';

/** Writes `observation.json` and, of the kinds that have response times of successes, `response-<kind>.hgrm`. */
export function writeObservation(
  directory: string,
  observation: Observation,
  responsesOf: (kind: OperationKind) => Histogram | undefined,
): void {
  for (const kind of operationKindSchema.options) {
    const responses = responsesOf(kind);
    if (responses !== undefined) {
      writeFileSync(path.join(directory, `response-${kind}.hgrm`), hgrmText(responses));
    }
  }
  writeFileSync(path.join(directory, observationFileName), JSON.stringify(observation));
}
