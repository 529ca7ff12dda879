import { exitCodes } from '../contract/verdict.ts';
import { parseAndRun } from './program.ts';
import { reportFailure } from './report-failure.ts';

const minimumNode = [22, 22] as const;

function nodeIsTooOld(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1]);
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
    process.exitCode = reportFailure(error);
  }
}
