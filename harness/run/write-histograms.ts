import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hgrmText } from '../measurement/hgrm.ts';
import { encode, type Histogram } from '../measurement/histogram.ts';
import type { RunFolder } from './run-folder.ts';

/** Writes each variant's merged search response times twice: `.hgrm` to plot, and encoded (V2, deflated, base64) to merge. */
export async function writeHistograms(
  { histograms }: RunFolder,
  entries: readonly { readonly variant: string; readonly histogram: Histogram }[],
): Promise<void> {
  await Promise.all(
    entries
      .filter(({ histogram }) => histogram.totalCount > 0)
      .flatMap(({ variant, histogram }) => [
        writeFile(path.join(histograms, `${variant}-search.hgrm`), hgrmText(histogram)),
        writeFile(path.join(histograms, `${variant}-search.hdr.txt`), `${encode(histogram)}\n`),
      ]),
  );
}
