import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../contract/failure.ts';
import { commandPrefix, missingLibraryLinks, packageDirectory } from '../../platform/local/postgres-binaries.ts';
import { askProgram, lateAnswer } from '../ask-program.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../report.ts';

const remedies: Readonly<Record<string, string>> = {
  postgres_missing: 'npm ci',
  // Only root meets this one.
  postgres_refuses_root: 'sysctl -w user.max_user_namespaces=10000',
};

function lack(observed: string, fix: string): Finding {
  return { status: 'lack', observed, fix, blocks: ['local'] };
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Asks the program for its version, as the user under which a run would start it. */
async function judge(folder: string, prefix: readonly string[]): Promise<Finding> {
  const missing = await missingLibraryLinks(folder);
  if (missing.length > 0) {
    // Without them the program does not start, and making them is for a run to do.
    return (await isWritable(join(folder, 'native', 'lib')))
      ? { status: 'ok', observed: `installed; the first run links ${missing.length} libraries`, values: { missingLinks: missing.length } }
      : lack(`${missing.length} libraries are not linked, and ${folder} cannot be written`, `sudo chown -R "$USER" ${folder}`);
  }
  const program = join(folder, 'native', 'bin', 'postgres');
  const [command, ...parameters] = [...prefix, program, '--version'];
  const answer = await askProgram(command, parameters);
  if ('isLate' in answer) {
    return lateAnswer;
  }
  if ('failure' in answer) {
    return lack(`does not start: ${answer.failure}`, 'npm ci');
  }
  const version = /\d+(\.\d+)*/.exec(answer.stdout)?.[0] ?? answer.stdout.trim();
  const how = prefix.length > 0 ? 'usable by root in a user namespace' : 'usable by this user';
  return { status: 'ok', observed: `${version}, ${how}`, values: { version } };
}

/** Can this user run the PostgreSQL that the lock file installs? Nothing is linked or initialised for the question. */
export const postgres: Check = {
  id: 'postgres',
  title: 'PostgreSQL (local)',
  group: 'programs',
  why: 'the change log of the local platform lives there',
  look: async () => {
    try {
      return await judge(packageDirectory(), await commandPrefix());
    } catch (error) {
      if (error instanceof Failure) {
        return lack(error.message, remedies[error.code] ?? 'npm ci');
      }
      throw error;
    }
  },
};
