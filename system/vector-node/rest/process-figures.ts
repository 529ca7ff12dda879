import { readdirSync, readFileSync } from 'node:fs';

/** Figures of this process and its system that only Linux tells; undefined elsewhere. */
export interface ProcessFigures {
  readonly openFileDescriptors: number;
  readonly greatestFileDescriptors: number;
  readonly threads: number;
  readonly memoryMaps: number;
  readonly greatestMemoryMaps: number;
}

/** The first number of the line that begins so. */
function numberAfter(text: string, start: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(start));
  return Number(/\d+/.exec(line?.slice(start.length) ?? '')?.[0] ?? Number.NaN);
}

export function readProcessFigures(): ProcessFigures | undefined {
  if (process.platform !== 'linux') {
    return undefined;
  }
  return {
    openFileDescriptors: readdirSync('/proc/self/fd').length,
    greatestFileDescriptors: numberAfter(readFileSync('/proc/self/limits', 'utf8'), 'Max open files'),
    threads: numberAfter(readFileSync('/proc/self/status', 'utf8'), 'Threads:'),
    memoryMaps: readFileSync('/proc/self/maps', 'utf8').split('\n').length - 1,
    greatestMemoryMaps: Number(readFileSync('/proc/sys/vm/max_map_count', 'utf8')),
  };
}
