import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { benchCommand } from './bench-command.ts';
import { benchWords } from './bench-words.ts';
import { arrivalRows, scheduleRow, stallRows } from './load-accuracy.ts';
import type { BenchSettings } from './load-bench.ts';
import { fastRows, soakRow, userRows } from './load-capacity.ts';
import { cpuRows, throughputRows } from './load-cost.ts';
import { type Row, tableText } from './load-table.ts';

/*
 * How good and how cheap the load engine is, against itself on another transport and against other generators on this machine.
 * Every ratio comes from windows of one run in alternating order; the table judges the targets. A missed target is a finding,
 * not a failure.
 */
const help = `npm run bench:load -- [--short] [--only A,B] [--repetitions N] [--seconds S] [--soak S]

  --short          two short repetitions: produces every row, decides little
  --only A,B       of arrivals, stall, throughput, cpu, fast, users, soak, schedule
  --repetitions N  of every window (default 8; fewer than 6 admit no 95 % interval)
  --seconds S      steady part of a window, a whole number (default 10)
  --soak S         seconds of the soak (default 600)

Peers that are installed take part: wrk, wrk2, k6. About half an hour.
`;

type Group = 'arrivals' | 'stall' | 'throughput' | 'cpu' | 'fast' | 'users' | 'soak' | 'schedule';

const groups: Readonly<Record<Group, (settings: BenchSettings) => Promise<readonly Row[]>>> = {
  arrivals: arrivalRows,
  stall: stallRows,
  throughput: throughputRows,
  cpu: cpuRows,
  fast: fastRows,
  users: userRows,
  soak: async (settings) => [await soakRow(settings)],
  schedule: async (settings) => [await scheduleRow(settings)],
};

interface Settings {
  readonly repetitions: number;
  readonly seconds: number;
  readonly soakSeconds: number;
  readonly only: readonly Group[];
}

const isGroup = (name: string): name is Group => Object.hasOwn(groups, name);

function readSettings(words: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { help: flag, short: flag, only: text, repetitions: text, seconds: text, soak: text };
  const { values, usage, whole } = benchWords(help, words, options);
  const count = (name: 'repetitions' | 'seconds' | 'soak', usual: string) => whole(name, values[name] ?? usual, 1, 100_000);
  const only = values.only?.split(',') ?? Object.keys(groups);
  const unknown = only.find((name) => !isGroup(name));
  if (unknown !== undefined) {
    throw usage(`--only names "${unknown}"; there are ${Object.keys(groups).join(', ')}`);
  }
  const short = values.short === true;
  return values.help === true
    ? undefined
    : {
        repetitions: count('repetitions', short ? '2' : '8'),
        seconds: count('seconds', short ? '2' : '10'),
        soakSeconds: count('soak', short ? '10' : '600'),
        only: only.filter(isGroup),
      };
}

async function measure({ only, ...windows }: Settings, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rag-testbed-bench-load-'));
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const rows: Row[] = [];
  const busyBefore = loadavg()[0] ?? 0;
  try {
    for (const name of only) {
      rows.push(...(await groups[name]({ ...windows, folder, signal, note })));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const machine = `${availableParallelism()} cores, load average ${busyBefore.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`;
  process.stdout.write(`load engine, ${windows.repetitions} repetitions of ${windows.seconds} s, ${machine}\n\n${tableText(rows)}`);
}

await benchCommand(help, readSettings, measure);
