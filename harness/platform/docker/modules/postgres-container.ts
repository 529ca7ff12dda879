import { PostgreSqlContainer } from '@testcontainers/postgresql';
import { loopback } from '../../loopback.ts';
import { askPostgresVersion } from '../../postgres-version.ts';
import { confined } from './confined.ts';
import { ProbeWait } from './probe-wait.ts';

const port = 5432;

/**
 * testcontainers' own module, ready when a client can log in over TCP. The official image starts a first server for its
 * initialisation that listens on a socket alone, so that no client can take it for the real one.
 */
export class PostgresContainer extends confined(PostgreSqlContainer) {
  constructor(image: string) {
    super(image);
    this.withWaitStrategy(
      new ProbeWait(async (boundPorts) => {
        const { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database } = this.environment;
        await askPostgresVersion(`postgresql://${user}:${password}@${loopback}:${boundPorts.getBinding(port)}/${database}`);
      }),
    );
  }
}
