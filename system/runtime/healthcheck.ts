import process from 'node:process';

/**
 * The health check of a container that has no shell and no curl: exit 0 when the process beside it says that it is ready. It
 * reads the same variables as that process. Every process has `PORT` but the vector node, which goes by Qdrant's names.
 */
const limitMs = 4_000;
const everywhere = ['0.0.0.0', '::', ''];

const { HOST, PORT, QDRANT__SERVICE__HOST, QDRANT__SERVICE__HTTP_PORT } = process.env;
const [host = '', port, path] =
  PORT === undefined ? [QDRANT__SERVICE__HOST, QDRANT__SERVICE__HTTP_PORT ?? '6333', '/readyz'] : [HOST, PORT, '/ready'];
const url = `http://${everywhere.includes(host) ? '127.0.0.1' : host}:${port}${path}`;
try {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  process.stdout.write(`${url} answered ${status}\n`);
  process.exitCode = status === 200 ? 0 : 1;
} catch (error) {
  process.stdout.write(
    `${url} did not answer: ${error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
