import { dialects, reply } from '../resp/reply.ts';
import { identity } from '../version.ts';
import {
  argument,
  type Command,
  type CommandContext,
  CommandError,
  type ContainerCommand,
  integerArgument,
  printed,
  wrongArgumentCount,
} from './command.ts';

const wrongPassword = 'WRONGPASS invalid username-password pair or user is disabled.';
const noPassword =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';
const helloFirst =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be ' +
  'used to authenticate the client and select the RESP protocol version at the same time';
const printable = /^[!-~]*$/;

function logIn({ session }: CommandContext, user: string, password: string): void {
  if (user !== 'default' || !session.logIn(password)) {
    throw new CommandError(wrongPassword);
  }
}

function requirePrintable(text: string, what: string): string {
  if (!printable.test(text)) {
    throw new CommandError(`ERR ${what} cannot contain spaces, newlines or special characters.`);
  }
  return text;
}

/** `HELLO [version [AUTH user password] [SETNAME name]]` */
function hello(context: CommandContext, given: readonly string[]): string {
  const { session } = context;
  const version = given[0] === undefined ? undefined : integerArgument(given[0], 'ERR Protocol version is not an integer or out of range');
  if (version !== undefined && version !== 2n && version !== 3n) {
    throw new CommandError('NOPROTO unsupported protocol version');
  }
  for (let position = 1; position < given.length; position += 1) {
    const option = argument(given, position);
    const [first, second] = given.slice(position + 1);
    if (option.toUpperCase() === 'AUTH' && first !== undefined && second !== undefined) {
      logIn(context, first, second);
      position += 2;
    } else if (option.toUpperCase() === 'SETNAME' && first !== undefined) {
      session.name = requirePrintable(first, 'Client names');
      position += 1;
    } else {
      throw new CommandError(`ERR Syntax error in HELLO option '${printed(option)}'`);
    }
  }
  if (!session.loggedIn) {
    throw new CommandError(helloFirst);
  }
  if (version !== undefined) {
    session.protocol = version === 2n ? 2 : 3;
  }
  return dialects[session.protocol].map([
    ...['server', 'redis', 'version', identity.redisVersion, 'proto'].map(reply.bulk),
    reply.integer(session.protocol),
    reply.bulk('id'),
    reply.integer(session.id),
    ...['mode', 'standalone', 'role', 'master', 'modules'].map(reply.bulk),
    reply.array([]),
  ]);
}

export const connectionCommands = {
  hello: { arity: -1, beforeLogin: true, run: hello },
  auth: {
    arity: -2,
    beforeLogin: true,
    run: (context, given) => {
      if (given.length > 2) {
        throw new CommandError('ERR syntax error');
      }
      if (given.length === 1 && !context.session.passwordIsSet) {
        throw new CommandError(noPassword);
      }
      const [user, password] = given.length === 1 ? ['default', argument(given, 0)] : [argument(given, 0), argument(given, 1)];
      logIn(context, user, password);
      return reply.ok;
    },
  },
  ping: {
    arity: -1,
    run: (_context, given) => {
      if (given.length > 1) {
        throw wrongArgumentCount('ping');
      }
      return given[0] === undefined ? reply.simple('PONG') : reply.bulk(given[0]);
    },
  },
  echo: { arity: 2, run: (_context, given) => reply.bulk(argument(given, 0)) },
  select: {
    arity: 2,
    run: (_context, given) => {
      const index = integerArgument(argument(given, 0));
      if (BigInt.asIntN(32, index) !== index) {
        throw new CommandError('ERR value is out of range, value must between -2147483648 and 2147483647');
      }
      if (index !== 0n) {
        throw new CommandError('ERR DB index is out of range');
      }
      return reply.ok;
    },
  },
  quit: {
    arity: -1,
    beforeLogin: true,
    neverQueued: true,
    run: ({ session }) => {
      session.end();
      return reply.ok;
    },
  },
  reset: {
    arity: 1,
    beforeLogin: true,
    neverQueued: true,
    run: ({ session }) => {
      session.reset();
      return reply.simple('RESET');
    },
  },
} as const satisfies Record<string, Command>;

/** What a client says about its library. Redis has this since 7.2; older ones answer that they do not know it. */
function setInfo({ session }: CommandContext, given: readonly string[]): string {
  const [attribute, value] = [argument(given, 0).toLowerCase(), argument(given, 1)];
  if (attribute !== 'lib-name' && attribute !== 'lib-ver') {
    throw new CommandError(`ERR Unrecognized option '${argument(given, 0)}'`);
  }
  session.library[attribute] = requirePrintable(value, attribute);
  return reply.ok;
}

export const clientCommand = {
  subcommands: {
    id: { arity: 2, run: ({ session }) => reply.integer(session.id) },
    getname: { arity: 2, run: ({ session, dialect }) => (session.name === '' ? dialect.null : reply.bulk(session.name)) },
    setname: {
      arity: 3,
      run: ({ session }, given) => {
        session.name = requirePrintable(argument(given, 0), 'Client names');
        return reply.ok;
      },
    },
    setinfo: { arity: 4, run: setInfo },
  },
} as const satisfies ContainerCommand;
