import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type DoctorReport, doctorReportSchema } from '../../doctor/report.ts';
import { outputOf } from './child-output.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface DoctorEnded {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables of the shell in which the tests run that would change what the doctor sees or how it prints. */
const hidden = /^(DOCKER_|TESTCONTAINERS_|RAG_TESTBED_|FORCE_COLOR$|NO_COLOR$|COLUMNS$|CI$)/;

/** Runs `doctor` as a user does, in a process of its own; `before` are words such as `setpriv …` that start it. */
export async function doctor(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): Promise<DoctorEnded> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.test(name)));
  const [program = '', ...parameters] = [...before, process.execPath, main, 'doctor', ...words];
  const child = spawn(program, parameters, { env: { ...inherited, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const { stdout, stderr, ended } = outputOf(child);
  const code = await ended;
  return { code, stdout: stdout(), stderr: stderr() };
}

/** The report of `doctor --json`, which must be all that is printed, and must say how it ended. */
export async function doctorReport(...parameters: Parameters<typeof doctor>): Promise<DoctorReport> {
  const [words, ...rest] = parameters;
  const { code, stdout, stderr } = await doctor([...words, '--json'], ...rest);
  if (stderr !== '') {
    throw new Error(`doctor wrote to stderr: ${stderr}`);
  }
  const report = doctorReportSchema.parse(JSON.parse(stdout));
  if (report.exitCode !== code) {
    throw new Error(`doctor ended with ${code} and reported ${report.exitCode}`);
  }
  return report;
}
