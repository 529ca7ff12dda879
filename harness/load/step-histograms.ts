import type { OperationKind } from '../contract/common.ts';
import type { HistogramRecord, Timing } from '../contract/observation.ts';
import { createHistogram, encode, type Histogram, merge, record } from '../measurement/histogram.ts';

export type Window = HistogramRecord['window'];
export type Outcome = HistogramRecord['outcome'];

/** How a request ended: each is recorded once, and the outcome `all` is put together when it is asked for. */
export const endings = ['success', 'failure'] as const;
export type Ending = (typeof endings)[number];

type Spans = Partial<Record<Timing, Histogram>>;
type Kinds = Partial<Record<OperationKind, Record<Ending, Spans>>>;

/** The histograms of a step, found without making a key of four words: each request looks for four of them. */
export class StepHistograms {
  readonly #spans: Record<Window, Kinds> = { 'warm-up': {}, steady: {} };

  /** Makes a histogram where there is none yet: it has 80 KB, which nobody should wait for while jobs fall due. */
  make(window: Window, kind: OperationKind, ending: Ending, timing: Timing): Histogram {
    this.#spans[window][kind] ??= { success: {}, failure: {} };
    const spans = this.#spans[window][kind][ending];
    spans[timing] ??= createHistogram();
    return spans[timing];
  }

  /** Records a span in µs. Throws `RangeError` for a negative or non-finite one. */
  record(window: Window, kind: OperationKind, ending: Ending, timing: Timing, spanUs: number): void {
    record(this.#spans[window][kind]?.[ending][timing] ?? this.make(window, kind, ending, timing), spanUs);
  }

  /** The histogram of an outcome; that of `all` is a new one of both endings. Undefined where it was never made. */
  find(window: Window, kind: OperationKind, outcome: Outcome, timing: Timing): Histogram | undefined {
    const spans = this.#spans[window][kind];
    const success = spans?.success[timing];
    if (outcome === 'success') {
      return success;
    }
    const ended = [success, spans?.failure[timing]].filter((histogram) => histogram !== undefined);
    return ended.length === 0 ? undefined : merge(ended);
  }

  /** Those in which something was recorded. */
  records(): HistogramRecord[] {
    const windows = Object.entries(this.#spans) as [Window, Kinds][];
    return windows.flatMap(([window, kinds]) =>
      (Object.entries(kinds) as [OperationKind, Record<Ending, Spans>][]).flatMap(([kind, { success, failure }]) => {
        const timings = [...new Set([...Object.keys(success), ...Object.keys(failure)])] as Timing[];
        return (['success', 'all'] as const).flatMap((outcome) =>
          timings.flatMap((timing): HistogramRecord[] => {
            const histogram = this.find(window, kind, outcome, timing);
            return histogram === undefined || histogram.totalCount === 0
              ? []
              : [{ window, kind, outcome, timing, sampleCount: histogram.totalCount, encoded: encode(histogram) }];
          }),
        );
      }),
    );
  }
}
