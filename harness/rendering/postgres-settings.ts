/**
 * Sized for a test on one machine but durable: an acknowledged commit survives a kill, as in production. The same on every
 * platform.
 */
export const postgresSettings: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '64MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Nothing replicates this cluster or archives its log.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '1GB',
  // No checkpoint of its own accord falls into a measurement of minutes.
  checkpoint_timeout: '1h',
  // Compiling queries costs more than the short queries of this system take.
  jit: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
};

/** Settings as words of a command line. */
export function postgresArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
