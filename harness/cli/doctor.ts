import pc from 'picocolors';
import type { Scenario } from '../contract/scenario.ts';
import { diagnose } from '../doctor/index.ts';
import type { DoctorReport } from '../doctor/report.ts';
import { renderDoctor } from './doctor-text.ts';

export interface DoctorFlags {
  readonly platform: DoctorReport['requested'];
  readonly json?: boolean;
}

const defaultColumns = 80;
const narrowestColumns = 40;

/** The terminal's width; where the output is no terminal, that of `COLUMNS`, or what every terminal has. */
function columnsOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): number {
  const columns = stream.columns ?? Number(environment.COLUMNS);
  return columns >= narrowestColumns ? columns : defaultColumns;
}

/** Colours on a terminal that shows them, and elsewhere only where FORCE_COLOR asks for them. */
function wantsColor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  return pc.isColorSupported && (stream.isTTY === true || (environment.FORCE_COLOR ?? '0') !== '0');
}

/** What `--help` says about the exit code. */
export const doctorHelp = `
Exit code 0: a run on the platform asked for (auto: the one that it takes) could start every
scenario, with all variants that this platform offers. Otherwise 75. What only the other
platform lacks leaves it at 0: without an engine, auto takes the local platform. Warnings never
change it. Nothing is started, pulled or written.`;

/** Prints what this machine could run and what it lacks; returns the exit code. */
export async function doctorCommand({ platform, json = false }: DoctorFlags, scenarios: readonly Scenario[]): Promise<number> {
  const report = await diagnose({ requested: platform, scenarios });
  const { stdout, env } = process;
  const text = json
    ? `${JSON.stringify(report, null, 2)}\n`
    : renderDoctor(report, { color: wantsColor(stdout, env), columns: columnsOf(stdout, env) });
  stdout.write(text);
  return report.exitCode;
}
