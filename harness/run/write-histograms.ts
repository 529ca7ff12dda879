import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { operationKindSchema } from '../contract/common.ts';
import { hgrmText } from '../measurement/hgrm.ts';
import { encode } from '../measurement/histogram.ts';
import { hlogText, type LoggedInterval } from '../measurement/hlog.ts';
import type { DrivenStep } from './drive.ts';
import { steadyHistogram } from './quantiles.ts';
import type { RunFolder } from './run-folder.ts';

/** The steady windows of one variant, one line per window and kind of request; windows without a success of a kind have no line. */
function intervalsOf(driven: readonly Pick<DrivenStep, 'step' | 'observation'>[]): LoggedInterval[] {
  return driven.flatMap(({ step, observation }) =>
    operationKindSchema.options.flatMap((kind) => {
      const histogram = steadyHistogram([observation], kind);
      const startMs = observation.startedAtMs + step.warmUpSeconds * 1000;
      return histogram.totalCount === 0 ? [] : [{ tag: kind, startMs, lengthMs: step.steadySeconds * 1000, histogram }];
    }),
  );
}

/**
 * Writes each variant's response times: those of searches merged as `.hgrm` to plot and encoded (V2, deflated, base64) to
 * merge, and every window of every kind in one `.hlog`, which HdrHistogram's own tools read.
 */
export async function writeHistograms(
  { histograms }: RunFolder,
  entries: readonly { readonly variant: string; readonly counted: readonly Pick<DrivenStep, 'step' | 'observation'>[] }[],
): Promise<void> {
  await Promise.all(
    entries.flatMap(({ variant, counted }) => {
      const file = (ending: string) => path.join(histograms, `${variant}${ending}`);
      const searches = steadyHistogram(
        counted.map(({ observation }) => observation),
        'search',
      );
      const intervals = intervalsOf(counted);
      const originMs = Math.min(...counted.map(({ observation }) => observation.startedAtMs));
      return [
        ...(searches.totalCount === 0
          ? []
          : [writeFile(file('-search.hgrm'), hgrmText(searches)), writeFile(file('-search.hdr.txt'), `${encode(searches)}\n`)]),
        ...(intervals.length === 0 ? [] : [writeFile(file('.hlog'), hlogText(originMs, intervals))]),
      ];
    }),
  );
}
