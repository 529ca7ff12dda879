import { Client } from 'pg';

const connectLimitMs = 2000;

/** The version of a server, asked by a client that logged in. */
export async function askPostgresVersion(url: string): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectLimitMs });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}
