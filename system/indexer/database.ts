import pg from 'pg';
import { ApiError } from '../runtime/api-error.ts';
import { connectionConfig } from '../runtime/postgres-listener.ts';

export type Pool = pg.Pool;

/** SQLSTATE classes of a server that cannot serve now: connection exception, insufficient resources, operator intervention. */
const unavailableClasses = ['08', '53', '57'];

/** Opens nothing until the first query. */
export function createPool(connectionString: string): Pool {
  return new pg.Pool({ ...connectionConfig(connectionString, 'indexer'), max: 8, idleTimeoutMillis: 60_000 });
}

/** The database is there but not one that this indexer may use; waiting does not help. */
export class DatabaseRefusal extends Error {
  override readonly name = 'DatabaseRefusal';
}

/** Whether an error says that PostgreSQL is away rather than that the statement is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) {
    return unavailableClasses.includes((error.code ?? '').slice(0, 2));
  }
  // Everything else that `pg` throws is about the connection: refused, reset, ended, timed out.
  const ours = error instanceof ApiError || error instanceof DatabaseRefusal;
  return error instanceof Error && !ours && !(error instanceof TypeError) && !(error instanceof RangeError);
}

/** Runs statements; PostgreSQL being away becomes `unavailable`, every other error stays what it is. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isUnavailable(error)) {
      throw new ApiError('unavailable', `PostgreSQL does not answer: ${(error as Error).message}`, {
        hint: 'whether a write took effect is unknown; writing the same documents again is safe',
        cause: error,
      });
    }
    throw error;
  }
}
