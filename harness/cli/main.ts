import { Failure } from '../contract/failure.ts';
import { exitCodes } from '../contract/verdict.ts';
import { parseAndRun } from './program.ts';

const minimumNode = [22, 22] as const;

function nodeIsTooOld(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1]);
}

/** One line with a stable code and the actual value, then the hint; the stack only where it is our own bug. */
function report(error: unknown): number {
  if (error instanceof Failure) {
    process.stderr.write(`error ${error.code}: ${error.message}\n${error.hint === undefined ? '' : `  hint: ${error.hint}\n`}`);
    return error.exitCode;
  }
  process.stderr.write(
    `error internal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  hint: this is a bug of rag-testbed, please report it\n`,
  );
  return exitCodes.internal;
}

if (nodeIsTooOld()) {
  process.stderr.write(
    `error node_too_old: Node ${process.versions.node} runs this, ${minimumNode.join('.')} is the oldest that can\n  hint: npm ci installs a pinned Node for Linux, macOS and Windows; elsewhere install Node 26\n`,
  );
  process.exitCode = exitCodes.environment;
} else {
  try {
    process.exitCode = await parseAndRun(process.argv.slice(2));
  } catch (error) {
    process.exitCode = report(error);
  }
}
