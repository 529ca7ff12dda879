import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import pc from 'picocolors';
import { parse, YAMLParseError } from 'yaml';
import { casesIn, type Disagreement, disagreementsOf } from '../autoscaling/hpa/cases.ts';
import { Failure } from '../contract/failure.ts';
import { exitCodes } from '../contract/verdict.ts';
import { refuseStray } from './stray.ts';

/** A table may repeat its pods by anchors, so that it needs more aliases than the parser lets through by itself. */
const mostAliases = 100_000;

/** A YAML or JSON file. Throws `Failure`: 64 where it cannot be read, 78 where it is neither. */
async function documentIn(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('usage', 'no_file', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  try {
    return parse(text, { maxAliasCount: mostAliases }) as unknown;
  } catch (cause) {
    if (cause instanceof YAMLParseError || cause instanceof ReferenceError) {
      throw new Failure('configuration', 'invalid_yaml', `${file} is neither YAML nor JSON: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

function disagreementText({ name, field, expected, actual, proposals }: Disagreement): string {
  const asked = proposals.map((proposal) =>
    'failure' in proposal
      ? `    ${proposal.metric}: ${proposal.failure}\n`
      : `    ${proposal.metric} asked for ${proposal.replicas} at ${proposal.usage}\n`,
  );
  return `${pc.red('✗')} ${name}\n    ${field}: expected ${JSON.stringify(expected)}, actual ${JSON.stringify(actual) ?? 'nothing'}\n${asked.join('')}`;
}

/** `check hpa`: runs every case of the table; prints each disagreement. Returns 0 when there is none, 99 otherwise. */
async function checkHpa(file: string, json: boolean): Promise<number> {
  const cases = casesIn(await documentIn(file), file);
  const disagreements = cases.flatMap((each) => disagreementsOf(each));
  const failed = new Set(disagreements.map(({ name }) => name)).size;
  if (json) {
    const document = { kind: 'hpa-check', file, cases: cases.length, agreed: cases.length - failed, disagreements };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    process.stdout.write(
      `${disagreements.map(disagreementText).join('')}${cases.length - failed} of ${cases.length} cases agree with the Kubernetes HPA rule\n`,
    );
  }
  return failed === 0 ? exitCodes.passed : exitCodes.sloFailed;
}

/** `check`, whose commands hold tables of cases against the rules. To add one: a command beside `hpa`. */
export function addCheckCommands(root: Command, setExit: (code: number) => void): void {
  const check = root
    .command('check')
    .description('hold a table of cases against a rule')
    .helpCommand(false)
    .argument('[what]')
    .argument('[stray...]')
    .action((what: string | undefined) => {
      throw new Failure('usage', what === undefined ? 'missing_check' : 'unknown_check', `nothing to check is called "${what ?? ''}"`, {
        hint: 'known: hpa',
      });
    });
  check
    .command('hpa [stray...]')
    .description('cases of the Kubernetes HPA: what it was given, what it should have done')
    .requiredOption('--cases <file>', 'YAML or JSON: a list of {name, input, expected}, see schema')
    .option('--json', 'one JSON document')
    .action(async (stray: string[], { cases, json }: { cases: string; json?: boolean }) => {
      refuseStray(stray, 'npm run -s scenario -- check hpa --cases FILE');
      setExit(await checkHpa(cases, json === true));
    });
}
