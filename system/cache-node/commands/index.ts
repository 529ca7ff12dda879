import { type Command, type ContainerCommand, printed } from './command.ts';
import { clientCommand, connectionCommands } from './connection.ts';
import { hashCommands } from './hashes.ts';
import { keyCommands } from './keys.ts';
import { listCommands } from './lists.ts';
import { configCommand, infoCommand } from './server.ts';
import { stringCommands } from './strings.ts';
import { transactionCommands } from './transactions.ts';

/** Every command by its name in lower case. To add one, write it beside its like and name it in `conformance/cases.ts`. */
const commands: Readonly<Record<string, Command | ContainerCommand>> = {
  ...connectionCommands,
  ...keyCommands,
  ...stringCommands,
  ...hashCommands,
  ...listCommands,
  ...transactionCommands,
  info: infoCommand,
  client: clientCommand,
  config: configCommand,
};

/** What a request means: a command by its full name with its arguments, or the text of the error. */
export type Resolved =
  | { readonly kind: 'found'; readonly command: Command; readonly name: string; readonly given: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

/** How much of a name, and of all arguments together, Redis repeats in an error. */
const repeatedCharacters = 128;

function unknownCommand(words: readonly string[]): string {
  let repeated = '';
  for (const word of words.slice(1)) {
    if (repeated.length >= repeatedCharacters) {
      break;
    }
    repeated += `'${printed(word, repeatedCharacters - repeated.length)}' `;
  }
  return `ERR unknown command '${printed(words[0] ?? '', repeatedCharacters)}', with args beginning with: ${repeated}`;
}

function checked(command: Command, name: string, words: readonly string[], given: readonly string[]): Resolved {
  const fits = command.arity > 0 ? words.length === command.arity : words.length >= -command.arity;
  return fits
    ? { kind: 'found', command, name, given }
    : { kind: 'refused', message: `ERR wrong number of arguments for '${name}' command` };
}

/** Looks a request up: at least one word. */
export function resolve(words: readonly string[]): Resolved {
  const name = (words[0] ?? '').toLowerCase();
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (found === undefined) {
    return { kind: 'refused', message: unknownCommand(words) };
  }
  if (!('subcommands' in found)) {
    return checked(found, name, words, words.slice(1));
  }
  const second = words[1];
  if (second === undefined) {
    return { kind: 'refused', message: `ERR wrong number of arguments for '${name}' command` };
  }
  const subcommand = Object.hasOwn(found.subcommands, second.toLowerCase()) ? found.subcommands[second.toLowerCase()] : undefined;
  return subcommand === undefined
    ? { kind: 'refused', message: `ERR unknown subcommand '${printed(second, repeatedCharacters)}'. Try ${name.toUpperCase()} HELP.` }
    : checked(subcommand, `${name}|${second.toLowerCase()}`, words, words.slice(2));
}
