import type { ByteSource } from './disk.ts';
import { applyRecord, type FramesEnd, readFrames } from './read-frames.ts';

export interface ReplayedLog extends FramesEnd {
  readonly records: number;
}

/**
 * Hands every record of a log to `apply`, in order. An incomplete last frame is a torn tail: it was never acknowledged, and reading ends
 * before it. Damage that an intact frame follows, or in the file header, throws; an error of `apply` names the place too.
 *
 * @param firstSequence the number of the log's first frame: one more than the last frame of the log before it
 */
export function replayLog(path: string, source: ByteSource, firstSequence: number, apply: (record: Buffer) => void): ReplayedLog {
  const frames = readFrames(path, source, 'log', firstSequence);
  let records = 0;
  for (;;) {
    const { done, value } = frames.next();
    if (done === true) {
      return { ...value, records };
    }
    for (const record of value.records) {
      applyRecord(path, value, () => apply(record));
    }
    records += value.records.length;
  }
}
