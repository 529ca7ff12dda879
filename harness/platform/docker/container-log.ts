const frameHeaderBytes = 8;

/** What can be asked for its log; a container of the engine's client. */
interface Logged {
  logs(options: { stdout: true; stderr: true; tail: number; follow: false }): Promise<Buffer>;
}

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

/** The last lines that a container wrote, also when it has ended; a log that cannot be read says so in its place. */
export async function lastLinesOf(container: Logged, count = 20): Promise<string[]> {
  try {
    const text = unframed(await container.logs({ stdout: true, stderr: true, tail: count, follow: false })).trimEnd();
    return text === '' ? [] : text.split('\n').slice(-count);
  } catch (error) {
    return [`(its log cannot be read: ${error instanceof Error ? error.message : String(error)})`];
  }
}
