import { Failure } from '../../contract/failure.ts';
import { executableNamedBy } from '../../platform/local/vector-engine.ts';
import { askProgram, lateAnswer } from '../ask-program.ts';
import type { Check } from '../check.ts';
import type { Checked, Finding } from '../report.ts';

async function judge(variable: string, without: string, environment: NodeJS.ProcessEnv): Promise<Finding> {
  // A wrong value is refused by a run, so that it is not taken for a working one.
  const lack = (observed: string): Finding => ({ status: 'lack', observed, fix: `unset ${variable}`, blocks: ['local'] });
  let program: string | undefined;
  try {
    program = executableNamedBy(variable, environment);
  } catch (error) {
    if (error instanceof Failure) {
      return lack(error.message);
    }
    throw error;
  }
  if (program === undefined) {
    return { status: 'ok', observed: `${without} (${variable} is not set)`, values: { isSet: false } };
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
export function namedProgramCheck(
  { id, title, why }: Pick<Checked, 'id' | 'title' | 'why'>,
  { variable, without }: { readonly variable: string; readonly without: string },
): Check {
  return { id, title, group: 'programs', why, look: ({ environment }) => judge(variable, without, environment) };
}
