import { reply } from '../resp/reply.ts';
import { type Command, CommandError } from './command.ts';

export const transactionCommands = {
  multi: {
    arity: 1,
    neverQueued: true,
    run: ({ session }) => {
      if (session.transaction !== undefined) {
        throw new CommandError('ERR MULTI calls can not be nested');
      }
      session.transaction = { queued: [], queuedBytes: 0, broken: false };
      return reply.ok;
    },
  },
  exec: {
    arity: 1,
    neverQueued: true,
    run: ({ session }) => {
      const { transaction } = session;
      if (transaction === undefined) {
        throw new CommandError('ERR EXEC without MULTI');
      }
      session.transaction = undefined;
      if (transaction.broken) {
        throw new CommandError('EXECABORT Transaction discarded because of previous errors.');
      }
      return reply.array(transaction.queued.map((queued) => session.run(queued)));
    },
  },
  discard: {
    arity: 1,
    neverQueued: true,
    run: ({ session }) => {
      if (session.transaction === undefined) {
        throw new CommandError('ERR DISCARD without MULTI');
      }
      session.transaction = undefined;
      return reply.ok;
    },
  },
} as const satisfies Record<string, Command>;
