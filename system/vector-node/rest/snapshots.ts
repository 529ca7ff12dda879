import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Catalogue } from '../catalogue.ts';
import { badRequest, FormatError, invalidBody, notFound, VectorNodeError, wrongInput } from '../errors.ts';
import { writeJson } from '../json/write.ts';
import { chunksOf, type IncomingFile, type SnapshotFolder, sha256Of } from '../storage/snapshot-folder.ts';
import { expectObject, expectString, optional } from '../wire/expect.ts';
import { answering, sendJson } from './answer.ts';
import { readBodyOf } from './body.ts';
import { collectionName, readWait } from './parameters.ts';
import { recoverFrom } from './recover.ts';

const priorities = ['no_sync', 'snapshot', 'replica'];

interface RecoverRequest {
  readonly location: URL;
  readonly checksum: string | undefined;
  /** For the node that the snapshot is fetched from. */
  readonly apiKey: string | undefined;
}

/** Checks a SHA-256 as the engine does. */
export function checkedChecksum(checksum: string): string {
  if (checksum.length !== 64) {
    throw invalidBody(`checksum: Validation error: invalid_sha256_hash [{"length": Number(${checksum.length})}]`);
  }
  if (!/^[0-9a-f]{64}$/i.test(checksum)) {
    throw invalidBody('checksum: invalid characters, expected 0-9, a-f, A-F');
  }
  return checksum.toLowerCase();
}

export const isPriority = (text: string) => priorities.includes(text);
export const unknownPriority = (text: string) =>
  `unknown variant \`${text}\`, expected one of ${priorities.map((known) => `\`${known}\``).join(', ')}`;

function checkPriority(given: unknown): void {
  const position = { kind: 'value', path: ['priority'] } as const;
  const priority = expectString(given, position);
  if (!isPriority(priority)) {
    throw new FormatError(unknownPriority(priority), position);
  }
}

function readRecoverRequest(body: unknown): RecoverRequest {
  const request = expectObject(body, 'struct SnapshotRecover');
  if (!('location' in request)) {
    throw new FormatError('missing field `location`');
  }
  const text = expectString(request.location, { kind: 'value', path: ['location'] });
  if (!URL.canParse(text)) {
    throw new FormatError(`relative URL without a base: ${JSON.stringify(text)}`, { kind: 'value', path: ['location'] });
  }
  optional(request.priority, checkPriority);
  return {
    location: new URL(text),
    checksum: optional(request.checksum, (value) => checkedChecksum(expectString(value, { kind: 'value', path: ['checksum'] }))),
    apiKey: optional(request.api_key, (value) => expectString(value, { kind: 'value', path: ['api_key'] })),
  };
}

/** The path that a file URL names, which must lie in the folder of snapshots. */
async function localSnapshot(location: URL, snapshots: SnapshotFolder): Promise<string> {
  let file: string;
  try {
    file = fileURLToPath(location);
  } catch (error) {
    throw badRequest(`${location.href} names no file: ${(error as Error).message}`);
  }
  try {
    const [real, root] = await Promise.all([realpath(file), realpath(snapshots.root)]);
    if (real.startsWith(`${root}${path.sep}`)) {
      return real;
    }
  } catch (error) {
    if (path.resolve(file).startsWith(`${snapshots.root}${path.sep}`)) {
      throw new VectorNodeError(400, `Bad request: Snapshot file ${JSON.stringify(file)} does not exist`, error);
    }
  }
  throw new VectorNodeError(403, `Forbidden: Snapshot file path must be inside the snapshots directory ${JSON.stringify(snapshots.root)}`);
}

/** Fetches a snapshot from another node, or from this one. */
async function download(location: URL, apiKey: string | undefined, incoming: IncomingFile): Promise<void> {
  let response: globalThis.Response;
  try {
    response = await fetch(location, { headers: apiKey === undefined ? {} : { 'api-key': apiKey } });
  } catch (error) {
    throw new VectorNodeError(500, `Service internal error: Http request error: error sending request for url (${location.href})`, error);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw wrongInput(`Failed to download tar from ${location.href}: status - ${response.status} ${response.statusText}`);
  }
  for await (const chunk of response.body ?? []) {
    await incoming.append(Buffer.from(chunk));
  }
}

const mismatch = (expected: string, actual: string) => wrongInput(`Snapshot checksum mismatch: expected ${expected}, got ${actual}`);

async function recover(catalogue: Catalogue, snapshots: SnapshotFolder, name: string, request: RecoverRequest): Promise<true> {
  const { location, checksum, apiKey } = request;
  if (location.protocol === 'file:') {
    const file = await localSnapshot(location, snapshots);
    if (checksum !== undefined) {
      using source = snapshots.source(file);
      const actual = await sha256Of(source);
      if (actual !== checksum) {
        throw mismatch(checksum, actual);
      }
    }
    return await recoverFrom(catalogue, name, file);
  }
  if (location.protocol !== 'http:' && location.protocol !== 'https:') {
    throw badRequest(`URL ${location.href} with scheme ${location.protocol.slice(0, -1)} is not supported`);
  }
  await using incoming = await snapshots.receive();
  await download(location, apiKey, incoming);
  const actual = incoming.sha256();
  if (checksum !== undefined && actual !== checksum) {
    throw mismatch(checksum, actual);
  }
  return await recoverFrom(catalogue, name, incoming.path);
}

/** Answers with the result, or at once with 202 when the client does not wait; what fails after that is logged. */
export function answeringOrAccepting(logger: Logger, prepare: (request: Request) => () => Promise<unknown>): RequestHandler {
  return async (request, response, next) => {
    const { wait } = readWait(request);
    const act = prepare(request);
    if (wait) {
      await answering(() => act())(request, response, next);
      return;
    }
    act().catch((error: unknown) => logger.warn({ err: error, path: request.path }, 'a request that was accepted without waiting failed'));
    const seconds = (performance.now() - Number(response.locals.startedAtMs)) / 1000;
    sendJson(response, 202, writeJson({ status: 'accepted', time: seconds }));
  };
}

/** Downloads answer with bytes, so that their errors are plain text. */
export function answerPlainly(response: Response, error: unknown): void {
  if (!(error instanceof VectorNodeError)) {
    throw error;
  }
  response.statusCode = error.status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(error.message);
}

/** The routes of snapshots, but for uploads, whose bodies are not read whole. */
export function mountSnapshots(app: Express, catalogue: Catalogue, snapshots: SnapshotFolder, logger: Logger): void {
  const route = '/collections/:collection/snapshots';
  /** The collection's own name, also when it is called by an alias. */
  const known = (request: Request) => catalogue.get(collectionName(request)).name;
  const missing = (name: string) => notFound(`Snapshot ${name} not found`);

  app.get(
    route,
    answering((request) => snapshots.list(known(request))),
  );
  app.post(
    route,
    answeringOrAccepting(logger, (request) => {
      const name = known(request);
      return () => snapshots.create(catalogue.storeOf(name), name, new Date());
    }),
  );
  app.put(
    `${route}/recover`,
    answeringOrAccepting(logger, (request) => {
      const name = collectionName(request);
      const body = readBodyOf(request, 'with positions', readRecoverRequest);
      return () => recover(catalogue, snapshots, name, body);
    }),
  );
  app.get(`${route}/:snapshot`, async (request, response) => {
    const name = String(request.params.snapshot);
    try {
      const file = await snapshots.pathOf(known(request), name);
      if (file === undefined) {
        throw missing(name);
      }
      using source = snapshots.source(file);
      response.setHeader('content-type', 'application/octet-stream');
      response.setHeader('content-disposition', `attachment; filename="${name}"`);
      response.setHeader('content-length', source.size);
      await pipeline(Readable.from(chunksOf(source)), response);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        logger.debug({ err: error, path: request.path }, 'a download was cut short');
        return;
      }
      answerPlainly(response, error);
    }
  });
  app.delete(
    `${route}/:snapshot`,
    answeringOrAccepting(logger, (request) => {
      const collection = known(request);
      const name = String(request.params.snapshot);
      return async () => {
        if (!(await snapshots.delete(collection, name))) {
          throw missing(name);
        }
        return true;
      };
    }),
  );
}
