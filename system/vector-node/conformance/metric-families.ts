import type { MetricFamily } from './recording.ts';

const typeLine = /^# TYPE (\S+) (\S+)$/;
const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /;
const labelName = /([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g;
const parts = ['_bucket', '_sum', '_count'];

/** The families of a metrics answer in text form, sorted by name, each with the sorted names of its labels. */
export function readMetricFamilies(text: string): MetricFamily[] {
  const families = new Map<string, { type: string; labels: Set<string> }>();
  for (const line of text.split('\n')) {
    const [, declared, type] = typeLine.exec(line) ?? [];
    if (declared !== undefined && type !== undefined) {
      families.set(declared, { type, labels: new Set() });
      continue;
    }
    const [, sample, labels = ''] = line.startsWith('#') ? [] : (sampleLine.exec(line) ?? []);
    if (sample === undefined) {
      continue;
    }
    const part = parts.find((suffix) => sample.endsWith(suffix) && families.has(sample.slice(0, -suffix.length)));
    const family = families.get(part === undefined ? sample : sample.slice(0, -part.length));
    if (family === undefined) {
      throw new SyntaxError(`a sample of ${sample} has no TYPE line before it`);
    }
    for (const [, name = ''] of labels.matchAll(labelName)) {
      family.labels.add(name);
    }
  }
  return [...families]
    .map(([name, { type, labels }]) => ({ name, type, labels: [...labels].sort() }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}
