import { samplesPerEviction } from '../keyspace/keyspace.ts';
import { reply } from '../resp/reply.ts';
import { defaultLimits } from '../resp/request-reader.ts';
import { identity } from '../version.ts';
import type { Command, CommandContext, ContainerCommand } from './command.ts';

type Fields = Readonly<Record<string, string | number>>;

/** The sections of `INFO`, as far as something here has a value for them. */
const sections: Readonly<Record<string, (context: CommandContext) => Fields>> = {
  server: ({ session }) => ({
    redis_version: identity.redisVersion,
    server_name: identity.serverName,
    rag_testbed_version: identity.version,
    redis_mode: 'standalone',
    process_id: process.pid,
    tcp_port: session.server.port,
    uptime_in_seconds: Math.floor(process.uptime()),
  }),
  clients: ({ session }) => ({ connected_clients: session.server.connections, maxclients: session.server.maximumConnections }),
  memory: ({ keyspace }) => ({
    used_memory: keyspace.figures.usedBytes,
    used_memory_rss: process.memoryUsage.rss(),
    maxmemory: keyspace.settings.maximumBytes,
    maxmemory_policy: keyspace.settings.policy,
  }),
  persistence: () => ({ loading: 0, rdb_bgsave_in_progress: 0, aof_enabled: 0 }),
  stats: ({ keyspace, session }) => ({
    total_connections_received: session.server.connectionsReceived,
    total_commands_processed: session.server.commandsProcessed,
    rejected_connections: session.server.rejectedConnections,
    expired_keys: keyspace.figures.expired,
    evicted_keys: keyspace.figures.evicted,
    keyspace_hits: keyspace.figures.hits,
    keyspace_misses: keyspace.figures.misses,
  }),
  replication: () => ({ role: 'master', connected_slaves: 0 }),
  keyspace: ({ keyspace }): Fields => {
    const { keys, expiringKeys } = keyspace.figures;
    return keys === 0 ? {} : { db0: `keys=${keys},expires=${expiringKeys},avg_ttl=0` };
  },
};

const everything = ['all', 'default', 'everything'];

function info(context: CommandContext, given: readonly string[]): string {
  const asked = given.map((name) => name.toLowerCase());
  const whole = asked.length === 0 || asked.some((name) => everything.includes(name));
  const texts = Object.entries(sections)
    .filter(([name]) => whole || asked.includes(name))
    .map(([name, read]) => {
      const lines = Object.entries(read(context)).map(([field, value]) => `${field}:${value}\r\n`);
      return `# ${name.charAt(0).toUpperCase()}${name.slice(1)}\r\n${lines.join('')}`;
    });
  return context.dialect.verbatim(texts.join('\r\n'));
}

function parameters({ keyspace, session }: CommandContext): Fields {
  return {
    maxmemory: keyspace.settings.maximumBytes,
    'maxmemory-policy': keyspace.settings.policy,
    'maxmemory-samples': samplesPerEviction,
    'proto-max-bulk-len': defaultLimits.argumentBytes,
    maxclients: session.server.maximumConnections,
    databases: 1,
    save: '',
    appendonly: 'no',
  };
}

/** A pattern of names with `*` and `?`. */
function matcher(pattern: string): RegExp {
  const escaped = pattern.toLowerCase().replace(/[\\^$.+()[\]{}|]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

export const infoCommand = { arity: -1, run: info } as const satisfies Command;

export const configCommand = {
  subcommands: {
    get: {
      arity: -3,
      run: (context, given) => {
        const matchers = given.map(matcher);
        const found = Object.entries(parameters(context)).filter(([name]) => matchers.some((matches) => matches.test(name)));
        return context.dialect.map(found.flatMap(([name, value]) => [reply.bulk(name), reply.bulk(String(value))]));
      },
    },
  },
} as const satisfies ContainerCommand;
