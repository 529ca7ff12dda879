import { type Document, jobResponseSchema, type WriteResponse, writeResponseSchema } from '../../system/api/documents.ts';
import { headers } from '../../system/api/headers.ts';
import { Failure } from '../contract/failure.ts';
import type { RunningSystem } from '../platform/platform.ts';

/** Documents per request: well below the gateway's limit of 1 MiB. */
const batchSize = 500;
/** Requests under way at once; the change log has one appender at a time, so more would only queue. */
const concurrency = 2;
const pollMs = 50;
const requestDeadlineMs = 60_000;

export interface FillDocument {
  readonly tenant: string;
  readonly document: Document;
}

export interface Filled {
  /** Sequence number of the change that wrote each document, in the order of the documents. */
  readonly sequences: number[];
  /** From the first write to the last document visible on every shard. */
  readonly seconds: number;
}

export interface FillRequest {
  readonly system: RunningSystem;
  readonly documents: readonly FillDocument[];
  readonly signal: AbortSignal;
}

interface Batch {
  readonly tenant: string;
  readonly positions: number[];
}

function batchesOf(documents: readonly FillDocument[]): Batch[] {
  const open = new Map<string, Batch>();
  const batches: Batch[] = [];
  for (const [position, { tenant }] of documents.entries()) {
    let batch = open.get(tenant);
    if (batch === undefined || batch.positions.length === batchSize) {
      batch = { tenant, positions: [] };
      open.set(tenant, batch);
      batches.push(batch);
    }
    batch.positions.push(position);
  }
  return batches;
}

/** Speaks to the system's own write path, as a tenant's loader would. */
function clientOf({ gateways, apiKeys, variant }: RunningSystem, signal: AbortSignal) {
  const [gateway] = gateways;
  if (gateway === undefined) {
    throw new Error(`variant ${variant} has no gateway`);
  }
  const keyOf = (tenant: string) => {
    const found = apiKeys.find((candidate) => candidate.tenant === tenant && candidate.role === 'writer');
    if (found === undefined) {
      throw new Error(`tenant ${tenant} has no writer key`);
    }
    return found.key;
  };
  return async (tenant: string, method: 'GET' | 'POST' | 'DELETE', route: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`http://${gateway.host}:${gateway.port}${route}`, {
      method,
      signal,
      headers: {
        [headers.apiKey]: keyOf(tenant),
        [headers.deadlineMs]: String(requestDeadlineMs),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Failure(
        'environment',
        'fill_failed',
        `filling ${variant}: ${method} ${route} answered ${response.status}: ${text.slice(0, 500)}`,
        {
          hint: 'the logs of the run folder tell what the indexer met',
        },
      );
    }
    return JSON.parse(text);
  };
}

/** Waits until the last change of a write is visible on every shard. */
async function visible(call: ReturnType<typeof clientOf>, tenant: string, { job_id }: WriteResponse, signal: AbortSignal): Promise<void> {
  for (;;) {
    const job = jobResponseSchema.parse(await call(tenant, 'GET', `/v1/jobs/${job_id}`));
    if (job.status === 'completed') {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    signal.throwIfAborted();
  }
}

/**
 * Deletes documents by id through `DELETE /v1/documents` and waits until that is visible on every shard. Rejects as `fill`
 * does.
 */
export async function removeDocuments({ system, documents, signal }: FillRequest): Promise<void> {
  const call = clientOf(system, signal);
  const groups = Map.groupBy(documents, ({ tenant, document }) => JSON.stringify([tenant, document.knowledge_base]));
  for (const group of groups.values()) {
    for (let from = 0; from < group.length; from += batchSize) {
      const batch = group.slice(from, from + batchSize);
      const [first] = batch;
      if (first !== undefined) {
        const body = { doc_ids: batch.map(({ document }) => document.doc_id), knowledge_base: first.document.knowledge_base };
        await visible(call, first.tenant, writeResponseSchema.parse(await call(first.tenant, 'DELETE', '/v1/documents', body)), signal);
      }
    }
  }
}

/**
 * Writes the corpus through `POST /v1/documents` and waits until the last change is visible on every shard. Rejects
 * with a `Failure` (75) when the system refuses a write, and with the signal's reason when aborted.
 */
export async function fill({ system, documents, signal }: FillRequest): Promise<Filled> {
  const call = clientOf(system, signal);
  const sequences = documents.map(() => 0);
  const pending = batchesOf(documents);
  const started = performance.now();
  let lastTenant = '';
  let last: WriteResponse | undefined;
  const write = async () => {
    for (let batch = pending.shift(); batch !== undefined; batch = pending.shift()) {
      const { tenant, positions } = batch;
      const chosen = positions.flatMap((position) => documents[position] ?? []);
      const answer = writeResponseSchema.parse(
        await call(tenant, 'POST', '/v1/documents', { documents: chosen.map(({ document }) => document) }),
      );
      for (const [offset, position] of positions.entries()) {
        sequences[position] = answer.first_sequence + offset;
      }
      if (last === undefined || answer.last_sequence > last.last_sequence) {
        last = answer;
        lastTenant = tenant;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, write));
  if (last !== undefined) {
    await visible(call, lastTenant, last, signal);
  }
  return { sequences, seconds: (performance.now() - started) / 1000 };
}
