import type { EngineClient } from './engine.ts';
import type { ContainerExit } from './engine-events.ts';

const frameHeaderBytes = 8;

/** The engine frames each piece of output: stream, three zeros, length (big endian), bytes. */
export function unframed(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + frameHeaderBytes <= log.length; ) {
    const length = log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + frameHeaderBytes, at + frameHeaderBytes + length));
    at += frameHeaderBytes + length;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The last lines that a container wrote, also when it has ended. */
export async function lastLines(client: EngineClient, containerId: string, count = 20): Promise<string[]> {
  const log = (await client
    .getContainer(containerId)
    .logs({ stdout: true, stderr: true, tail: count, follow: false })) as unknown as Buffer;
  const text = unframed(log).trimEnd();
  return text === '' ? [] : text.split('\n').slice(-count);
}

/** Exit codes above this are 128 plus the number of the signal. */
const signalBase = 128;

export function describeExit({ exitCode, outOfMemory }: Pick<ContainerExit, 'exitCode' | 'outOfMemory'>, memoryMiB: number): string {
  if (outOfMemory) {
    return `was killed for using more than its ${memoryMiB} MiB of memory`;
  }
  return exitCode > signalBase ? `ended with exit code ${exitCode} (signal ${exitCode - signalBase})` : `ended with exit code ${exitCode}`;
}
