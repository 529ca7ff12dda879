import { getHeapStatistics } from 'node:v8';
import { delayBoundsSeconds, readEventLoop } from './event-loop.ts';
import { poolUses } from './pool-use.ts';

interface Sample {
  /** Follows the family's name, such as `_bucket`. */
  readonly suffix?: string;
  /** Between the braces, already escaped: all label values here are names of ours. */
  readonly labels?: string;
  readonly value: number;
}

function familyText(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${labels === undefined ? '' : `{${labels}}`} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function delaySamples(): Sample[] {
  const { delay } = readEventLoop();
  return [
    ...delayBoundsSeconds.map((bound, index) => ({ suffix: '_bucket', labels: `le="${bound}"`, value: delay.upToBound[index] ?? 0 })),
    { suffix: '_bucket', labels: 'le="+Inf"', value: delay.count },
    { suffix: '_sum', value: delay.sumSeconds },
    { suffix: '_count', value: delay.count },
  ];
}

/**
 * How loaded this process is, as families of Prometheus' text form by name, each read when it is called. They stand beside a
 * registry and not in it: the counts are kept by Node and by the pools, and a client library would have to count them again.
 */
const families = {
  nodejs_eventloop_time_seconds_total: (name) => {
    const { activeSeconds, idleSeconds } = readEventLoop();
    return familyText(name, 'counter', 'Time that the event loop was active and idle.', [
      { labels: 'nodejs_eventloop_state="active"', value: activeSeconds },
      { labels: 'nodejs_eventloop_state="idle"', value: idleSeconds },
    ]);
  },
  nodejs_eventloop_delay_seconds: (name) =>
    familyText(name, 'histogram', 'By how much timers of the event loop fired late.', delaySamples()),
  v8js_memory_heap_used_bytes: (name) =>
    familyText(name, 'gauge', 'Memory that V8 uses for its heap.', [{ value: getHeapStatistics().used_heap_size }]),
  v8js_memory_heap_limit_bytes: (name) =>
    familyText(name, 'gauge', 'Beyond this size of its heap V8 ends the process.', [{ value: getHeapStatistics().heap_size_limit }]),
  connection_pool_in_use: (name) =>
    familyText(
      name,
      'gauge',
      'Connections to other processes that carry a request.',
      poolUses().map(({ peer, inUse }) => ({ labels: `peer="${peer}"`, value: inUse })),
    ),
  connection_pool_waiting: (name) =>
    familyText(
      name,
      'gauge',
      'Requests to other processes that wait for a connection.',
      poolUses().map(({ peer, waiting }) => ({ labels: `peer="${peer}"`, value: waiting })),
    ),
} as const satisfies Record<string, (name: string) => string>;

const isFamily = (name: string): name is keyof typeof families => Object.hasOwn(families, name);

/** The families of these names, of all where no names are given; names of others are left out. */
export function processFamilies(names: readonly string[] = Object.keys(families)): string {
  return names
    .filter(isFamily)
    .map((name) => families[name](name))
    .join('\n');
}

/** The names given by `?name[]=`, as Prometheus' clients for Java and Python take them; undefined where there are none. */
export function wantedFamilies(query: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const names = query['name[]'];
  return names === undefined ? undefined : [names].flat().map(String);
}
