import type { OperationKind } from '../contract/common.ts';
import type { HistogramRecord, Timing } from '../contract/observation.ts';
import { createHistogram, encode, type Histogram, record } from '../measurement/histogram.ts';

export type Window = HistogramRecord['window'];
export type Outcome = HistogramRecord['outcome'];

type Spans = Partial<Record<Timing, Histogram>>;

/** The histograms of a step, found without making a key of four words: each request looks for eight of them. */
export class StepHistograms {
  readonly #spans: Record<Window, Partial<Record<OperationKind, Record<Outcome, Spans>>>> = { 'warm-up': {}, steady: {} };

  /** Makes a histogram where there is none yet: it has 80 KB, which nobody should wait for while jobs fall due. */
  make(window: Window, kind: OperationKind, outcome: Outcome, timing: Timing): Histogram {
    this.#spans[window][kind] ??= { success: {}, all: {} };
    const spans = this.#spans[window][kind][outcome];
    spans[timing] ??= createHistogram();
    return spans[timing];
  }

  /** Records a span in µs. Throws `RangeError` for a negative or non-finite one. */
  record(window: Window, kind: OperationKind, outcome: Outcome, timing: Timing, spanUs: number): void {
    record(this.find(window, kind, outcome, timing) ?? this.make(window, kind, outcome, timing), spanUs);
  }

  find(window: Window, kind: OperationKind, outcome: Outcome, timing: Timing): Histogram | undefined {
    return this.#spans[window][kind]?.[outcome][timing];
  }

  /** Those in which something was recorded. */
  records(): HistogramRecord[] {
    const all = Object.entries(this.#spans).flatMap(([window, kinds]) =>
      Object.entries(kinds).flatMap(([kind, outcomes]) =>
        Object.entries(outcomes).flatMap(([outcome, spans]) =>
          Object.entries(spans).map(([timing, histogram]) => ({ key: { window, kind, outcome, timing }, histogram })),
        ),
      ),
    );
    return all
      .filter(({ histogram }) => histogram.totalCount > 0)
      .map(({ key, histogram }) => ({ ...key, sampleCount: histogram.totalCount, encoded: encode(histogram) }) as HistogramRecord);
  }
}
