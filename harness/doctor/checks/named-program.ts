import { Failure } from '../../contract/failure.ts';
import { executableNamedBy } from '../../platform/local/vector-engine.ts';
import { askProgram, lateAnswer } from '../ask-program.ts';
import type { Check } from '../check.ts';
import type { Checked, Finding } from '../report.ts';

interface NamedProgram {
  readonly variable: string;
  /** What serves where there is none. */
  readonly without: string;
  /** How a run finds it; by the variable alone where absent. */
  readonly find?: (environment: NodeJS.ProcessEnv) => string | undefined;
}

async function judge({ variable, without, find }: NamedProgram, environment: NodeJS.ProcessEnv): Promise<Finding> {
  // A wrong value is refused by a run, so that it is not taken for a working one.
  const lack = (observed: string): Finding => ({ status: 'lack', observed, fix: `unset ${variable}`, blocks: ['local'] });
  let program: string | undefined;
  try {
    program = find === undefined ? executableNamedBy(variable, environment) : find(environment);
  } catch (error) {
    if (error instanceof Failure) {
      return lack(error.message);
    }
    throw error;
  }
  if (program === undefined) {
    const setting = environment[variable] ? `is ${environment[variable]}` : 'is not set';
    return { status: 'ok', observed: `${without} (${variable} ${setting})`, values: { isSet: false } };
  }
  const answer = await askProgram(program, ['--version']);
  if ('isLate' in answer) {
    return lateAnswer;
  }
  if ('failure' in answer) {
    return lack(`${program} does not tell its version: ${answer.failure}`);
  }
  const version = answer.stdout.trim().split('\n')[0] || 'no version';
  return { status: 'ok', observed: `${version} (${program})`, values: { isSet: true, program, version } };
}

/** Is the program that a variable names there, and does it run? */
export function namedProgramCheck({ id, title, why }: Pick<Checked, 'id' | 'title' | 'why'>, program: NamedProgram): Check {
  return { id, title, group: 'programs', why, look: ({ environment }) => judge(program, environment) };
}
