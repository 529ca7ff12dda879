import { readFileSync } from 'node:fs';

/* The shape of fixtures/qdrant-recordings/rest.json. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What the recorded server was started with. */
export type Profile = 'open' | 'keys' | 'cluster';

interface Upload {
  readonly field: string;
  readonly fileName: string;
  readonly text?: string;
  /** Name of captured bytes. */
  readonly capture?: string;
}

export interface RecordedRequest {
  readonly method: string;
  /** Already percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly rawBody?: string;
  readonly rawBodyHex?: string;
  readonly rawBodyRepeat?: { readonly text: string; readonly times: number };
  readonly upload?: Upload;
}

/** One family of a metrics answer: its name, type and sorted label names. */
export type MetricFamily = { readonly name: string; readonly type: string; readonly labels: readonly string[] };

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, Json>>;
  readonly body?: Json;
  readonly bodyText?: Json;
  readonly bytes?: { readonly size: Json; readonly sha256: Json };
  readonly metrics?: readonly MetricFamily[];
}

export interface RecordedCase {
  readonly id: string;
  readonly title: string;
  /** `core` is what a compatible node needs. */
  readonly level: 'core' | 'edge';
  readonly view?: 'shape' | 'metrics' | 'binary' | 'gzip' | 'status';
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
  readonly eventually?: { readonly withinMs: number };
  readonly pauseBeforeMs?: number;
  readonly unordered?: readonly string[];
  readonly capture?: Readonly<Record<string, string>>;
}

export interface RecordedSuite {
  readonly id: string;
  readonly title: string;
  readonly profile: Profile;
  readonly cases: readonly RecordedCase[];
}

interface Recording {
  readonly format: number;
  readonly engine: { readonly name: string; readonly version: string };
  readonly suites: readonly RecordedSuite[];
}

interface RawJson {
  readonly rawJSON: string;
}
type JsonWithSource = typeof JSON & { rawJSON(text: string): RawJson; isRawJSON(value: unknown): value is RawJson };
const json = JSON as JsonWithSource;

/** The text of a number that {@link readRecording} kept because JavaScript would write it otherwise, such as `1.0`. */
export function rawNumber(value: unknown): string | undefined {
  return json.isRawJSON(value) ? value.rawJSON : undefined;
}

function keepNumberText(_key: string, value: unknown, context: { source?: string }): unknown {
  return typeof value === 'number' && context.source !== undefined && context.source !== String(value)
    ? json.rawJSON(context.source)
    : value;
}

/**
 * Reads the recordings. Numbers of requests keep their text, because columns in error texts count it; numbers of answers are numbers.
 */
export function readRecording(file = new URL('../../../fixtures/qdrant-recordings/rest.json', import.meta.url)): Recording {
  const text = readFileSync(file, 'utf8');
  const answers = JSON.parse(text) as Recording;
  const requests = JSON.parse(text, keepNumberText as (key: string, value: unknown) => unknown) as Recording;
  const suites = answers.suites.map((suite, suiteIndex) => ({
    ...suite,
    cases: suite.cases.map((recorded, caseIndex) => {
      const { body } = requests.suites[suiteIndex]?.cases[caseIndex]?.request ?? {};
      return body === undefined ? recorded : { ...recorded, request: { ...recorded.request, body } };
    }),
  }));
  return { ...answers, suites };
}
