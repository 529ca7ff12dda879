import type { LimitSign, OverloadResult, OverloadSecond } from '../contract/overload.ts';
import type { ServerSeries } from '../contract/server-series.ts';
import type { Quota } from '../contract/topology.ts';

type Point = ServerSeries['points'][number];

/** What was seen of a system that was driven past its knee. */
export interface Overloaded {
  readonly seconds: readonly OverloadSecond[];
  readonly servers: readonly ServerSeries[];
  readonly ended: OverloadResult['ended'];
  /** What the heap of a query process was limited to; what V8 says of itself where it was not. */
  readonly heapBytes?: number;
  /** Cores of the machine. */
  readonly cores: number;
  /** What each part may use, by its id; empty where nothing is enforced. */
  readonly quotas: Readonly<Record<string, Quota>>;
  /** Limits of the pools of connections that have one, by what they lead to. */
  readonly connections: Readonly<Record<string, number>>;
}

export interface FoundLimit {
  readonly first: Omit<OverloadResult['first'], 'ratePerSecond'>;
  readonly signs: LimitSign[];
}

/** A state counts when it lasts: three looks in a row, which are three seconds. */
const lasting = 3;
/** From here on V8 collects more and more; a process that ends out of memory began to run out of it here. */
const fullHeapShare = 0.7;
/** Where it lives on with so full a heap, its memory has given out all the same. */
const exhaustedHeapShare = 0.95;
/** A process that collects so much of the time is short of memory, not of a processor: what it is busy with is no work. */
const collectingTooMuch = 0.2;
const busyShare = 0.9;
/** Of all cores: the generator needs some of them too. */
const busyMachineShare = 0.85;
const failingShare = 0.05;
/** Refused by the provider, of what arrived in a second. */
const refusedShare = 0.05;
/** A response time counts as given out at so many times its low-load value. */
const slowFactor = 3;
/** Seconds at the foot of the ramp that say what low load is, and the least requests that they must hold. */
const lowLoadShare = 0.2;
const leastLowLoad = 5;
/** A cause that is seen this long after another one may have begun with it: looks are a second apart. */
const tieSeconds = 2;

const percent = (share: number) => `${Math.round(share * 100)} %`;
const failedOf = ({ failed }: OverloadSecond) => Object.values(failed).reduce((sum, count) => sum + count, 0);

/** Where a run of at least three in a row begins; undefined where there is none. */
function lastingFrom<T>(all: readonly T[], holds: (one: T) => boolean): T | undefined {
  let run = 0;
  for (const [place, one] of all.entries()) {
    run = holds(one) ? run + 1 : 0;
    if (run === lasting) {
      return all[place - lasting + 1];
    }
  }
  return undefined;
}

/** One look at a heap that has told its size at least once. */
interface HeapLook {
  readonly seconds: number;
  /** Of the limit, when it was last told. */
  readonly fullness: number;
  /** Did it tell at this look? One that collects all the time is often too busy to. */
  readonly isTold: boolean;
  readonly isCollecting: boolean;
}

const isCollecting = ({ collectingShare = 0 }: Point) => collectingShare >= collectingTooMuch;

function heapLooks(points: readonly Point[], limitBytes: number): HeapLook[] {
  let fullness: number | undefined;
  return points.flatMap((point) => {
    const { seconds, heapUsedBytes } = point;
    fullness = heapUsedBytes === undefined ? fullness : heapUsedBytes / limitBytes;
    return fullness === undefined ? [] : [{ seconds, fullness, isTold: heapUsedBytes !== undefined, isCollecting: isCollecting(point) }];
  });
}

/**
 * The end of a process out of memory, and a heap that stays full. One that was filling up when it became too busy to say more counts
 * where callers felt it.
 */
function memorySigns({ servers, ended, heapBytes }: Overloaded, isFelt: boolean): LimitSign[] {
  return servers.flatMap(({ id, tier, heapLimitBytes, points }): LimitSign[] => {
    // What is left for the young generation on top of the asked size does not help objects that live.
    const limitBytes = (tier === 'query' ? heapBytes : undefined) ?? heapLimitBytes ?? Number.POSITIVE_INFINITY;
    const mib = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
    const limit = Number.isFinite(limitBytes) ? `its limit of ${mib(limitBytes)}` : 'its limit';
    const end = ended.find(({ part }) => part === id);
    const looks = heapLooks(points, limitBytes).filter(({ seconds }) => end === undefined || seconds <= end.atSecond);
    const last = looks.at(-1);
    const lastSeen = last === undefined ? '' : `its heap held ${mib(last.fullness * limitBytes)} when it was last seen, ${limit}`;
    // The last run of looks at a heap that was full, or too busy with itself to tell: an earlier one was collected away.
    const isRoomy = (look: HeapLook) => look.fullness < fullHeapShare && look.isTold && !look.isCollecting;
    const since = looks[looks.findLastIndex(isRoomy) + 1]?.seconds;
    if (end?.outOfMemory === true) {
      const evidence = `${id} ended out of memory after ${end.atSecond.toFixed(0)} s${lastSeen === '' ? '' : `; ${lastSeen}`}`;
      return [{ kind: 'memory', atSecond: since ?? end.atSecond, evidence }];
    }
    const exhausted = lastingFrom(looks, ({ fullness, isTold }) => fullness >= (isFelt && !isTold ? fullHeapShare : exhaustedHeapShare));
    if (exhausted === undefined) {
      return [];
    }
    const evidence = looks.some(({ seconds, isTold }) => seconds >= exhausted.seconds && !isTold)
      ? `${id} was too busy to say how full its heap was from ${exhausted.seconds.toFixed(0)} s on; ${lastSeen}`
      : `the heap of ${id} stayed above ${percent(exhaustedHeapShare)} of ${limit}`;
    return [{ kind: 'memory', atSecond: exhausted.seconds, evidence }];
  });
}

function providerSigns({ seconds }: Overloaded): LimitSign[] {
  const asked = seconds.filter(({ arrivals }) => arrivals > 0);
  const from = lastingFrom(asked, ({ arrivals, refusedByProvider }) => refusedByProvider >= refusedShare * arrivals);
  if (from === undefined) {
    return [];
  }
  const after = asked.filter(({ second }) => second >= from.second);
  const refused = after.reduce((sum, { refusedByProvider }) => sum + refusedByProvider, 0);
  const arrived = after.reduce((sum, { arrivals }) => sum + arrivals, 0);
  return [
    {
      kind: 'provider',
      atSecond: from.second,
      evidence: `the provider refused ${refused} of the ${arrived} requests that came from then on (429)`,
    },
  ];
}

/** Only a pool that has a limit can be full: one without opens a connection for whoever waits, and he waits for that alone. */
function connectionSigns({ servers, connections }: Overloaded): LimitSign[] {
  return servers.flatMap(({ id, points }) =>
    Object.entries(connections).flatMap(([peer, limit]): LimitSign[] => {
      const poolOf = ({ pools = [] }: Point) => pools.find((pool) => pool.peer === peer);
      // As many that wait as there are connections: one that waits may only wait for its connection to be opened.
      const from = lastingFrom(points, (point) => (poolOf(point)?.waiting ?? 0) >= limit);
      const most = Math.max(0, ...points.map((point) => poolOf(point)?.waiting ?? 0));
      return from === undefined
        ? []
        : [
            {
              kind: 'connections',
              atSecond: from.seconds,
              evidence: `${id} has ${limit} connections to ${peer}, and up to ${most} requests waited for one`,
            },
          ];
    }),
  );
}

/** Cores that worked: those of a process that mostly collects garbage did not. */
const workingCores = (point: Point) => Math.max(0, (point.cpuCores ?? 0) - (isCollecting(point) ? (point.collectingShare ?? 0) : 0));

/**
 * Processor time, and not how busy an event loop says it is: one that has to wait for its processor because of somebody else's
 * work is busy too, and has not given out.
 */
function cpuSigns({ servers, cores, quotas }: Overloaded): LimitSign[] {
  const loops = servers.flatMap(({ id, points }): LimitSign[] => {
    // One loop can use one core, or what its quota is.
    const limit = Math.min(1, quotas[id]?.cpus ?? 1);
    const from = lastingFrom(points, (point) => workingCores(point) >= busyShare * limit && (point.eventLoopUtilisation ?? 1) >= busyShare);
    return from === undefined
      ? []
      : [
          {
            kind: 'cpu',
            atSecond: from.seconds,
            evidence: `${id} used ${(from.cpuCores ?? 0).toFixed(2)} of the ${limit} cores that one event loop can use`,
          },
        ];
  });
  // Looks of the servers are taken together, so that the n-th look of each is of one moment.
  const moments = Map.groupBy(
    servers.flatMap(({ points }) => points),
    ({ seconds }) => seconds,
  );
  const sums = [...moments]
    .map(([seconds, points]) => ({ seconds, used: points.reduce((sum, point) => sum + workingCores(point), 0) }))
    .toSorted((a, b) => a.seconds - b.seconds);
  const from = lastingFrom(sums, ({ used }) => used >= busyMachineShare * cores);
  return from === undefined
    ? loops
    : [
        ...loops,
        { kind: 'cpu', atSecond: from.seconds, evidence: `the system used ${from.used.toFixed(2)} of the ${cores} cores of the machine` },
      ];
}

/** Mean response time at the foot of the ramp, ms; undefined with too few successes to tell. */
export function lowLoadMs(seconds: readonly OverloadSecond[]): number | undefined {
  const foot = seconds.slice(0, Math.max(lasting, Math.floor(seconds.length * lowLoadShare)));
  const counted = foot.flatMap(({ succeeded, responseMs }) => (responseMs === undefined ? [] : [{ succeeded, mean: responseMs.mean }]));
  const total = counted.reduce((sum, { succeeded }) => sum + succeeded, 0);
  return total < leastLowLoad ? undefined : counted.reduce((sum, { succeeded, mean }) => sum + succeeded * mean, 0) / total;
}

/** What callers feel, whatever its cause. */
function feltSigns({ seconds }: Overloaded): LimitSign[] {
  const asked = seconds.filter(({ arrivals }) => arrivals > 0);
  const low = lowLoadMs(seconds);
  const slow = low === undefined ? undefined : lastingFrom(asked, ({ responseMs }) => (responseMs?.p50 ?? 0) >= slowFactor * low);
  const failing = lastingFrom(asked, (second) => failedOf(second) >= failingShare * second.arrivals);
  return [
    ...(slow === undefined || low === undefined
      ? []
      : [
          {
            kind: 'response-time' as const,
            atSecond: slow.second,
            evidence: `half the answers took ${((slow.responseMs?.p50 ?? 0) / 1000).toFixed(1)} s and more, against ${(low / 1000).toFixed(1)} s at low load`,
          },
        ]),
    ...(failing === undefined
      ? []
      : [
          {
            kind: 'response-time' as const,
            // A request that came long ago fails now, when the process that has it ends.
            atSecond: failing.firstFailureSecond ?? failing.second,
            evidence: `${failedOf(failing)} of the ${failing.arrivals} requests that came in a second failed`,
          },
        ]),
  ];
}

/** `Infinity` where there is none. */
const earliestOf = (signs: readonly LimitSign[]) => Math.min(...signs.map(({ atSecond }) => atSecond));

/**
 * What gave out first. Memory and the provider's limit are failures by themselves; a full pool or a busy processor gave out only
 * where callers felt it, and felt it before memory was gone. Of several causes the earliest counts, and of those that began together the one that explains the others:
 * a process without memory collects until its processor is busy, and a busy processor keeps connections waiting. Slow or failing
 * answers without any cause are what is left, and `none` where not even that was seen.
 */
export function firstLimit(overloaded: Overloaded): FoundLimit {
  const felt = feltSigns(overloaded);
  const memory = memorySigns(overloaded, felt.length > 0);
  // What was only felt when memory had given out was felt because of that: requests in hand cost a processor something too.
  // Callers see a process end a little before its end is told.
  const isFeltBefore = earliestOf(felt) + tieSeconds < earliestOf(memory);
  const ofThemselves = [...memory, ...providerSigns(overloaded)];
  const causes = [...ofThemselves, ...(isFeltBefore ? [...cpuSigns(overloaded), ...connectionSigns(overloaded)] : [])];
  const signs = [...causes, ...felt].toSorted((a, b) => a.atSecond - b.atSecond);
  const earliest = earliestOf(causes);
  // In the order in which they were collected: memory, provider, processor, connections.
  const cause = causes.find(({ atSecond }) => atSecond <= earliest + tieSeconds) ?? signs[0];
  return cause === undefined
    ? { first: { kind: 'none', evidence: 'nothing gave out: answers stayed as fast as at low load, and nothing failed' }, signs }
    : { first: { kind: cause.kind, atSecond: cause.atSecond, evidence: cause.evidence }, signs };
}
