import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { Express, Request } from 'express';
import type { Catalogue } from '../catalogue.ts';
import { VectorNodeError } from '../errors.ts';
import type { IncomingFile, SnapshotFolder } from '../storage/snapshot-folder.ts';
import { answering } from './answer.ts';
import { collectionName, parameter, readWait, refused } from './parameters.ts';
import { recoverFrom } from './recover.ts';
import { answerPlainly, checkedChecksum, isPriority, unknownPriority } from './snapshots.ts';

const field = 'snapshot';

/** The form cannot be read; the engine says so in plain text. */
class FormError extends VectorNodeError {}

async function appendAll(stream: Readable, incoming: IncomingFile): Promise<void> {
  for await (const chunk of stream) {
    await incoming.append(chunk as Buffer);
  }
}

/** Why something failed; undefined when it did not. */
async function outcomeOf(attempt: Promise<void> | undefined): Promise<unknown> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Writes the file of the form to the disk as it arrives. Rejects when the form has none or ends early. */
async function receiveForm(request: Request, incoming: IncomingFile): Promise<void> {
  let form: BusboyInstance;
  try {
    form = new Busboy({
      headers: request.headers as BusboyHeaders,
      limits: { files: 1, fields: 8, fieldSize: 64 * 1024, parts: 9, headerPairs: 32 },
    });
  } catch (error) {
    throw new FormError(400, `Could not read the form: ${(error as Error).message}`, error);
  }
  let receiving: Promise<void> | undefined;
  form.on('file', (name, stream) => {
    // A form that ends early ends its files with an error as well, whether they are read or not.
    stream.on('error', (error: Error) => form.destroy(error));
    if (name !== field || receiving !== undefined) {
      stream.resume();
      return;
    }
    receiving = appendAll(stream, incoming);
    // The form is waited for first; what happens to the file is looked at after.
    receiving.catch((error: Error) => form.destroy(error));
    request.once('close', () => {
      if (!request.complete) {
        stream.destroy(new Error('the client went away'));
      }
    });
  });
  try {
    await pipeline(request, form);
  } catch (error) {
    const reason = (await outcomeOf(receiving)) ?? error;
    throw reason instanceof VectorNodeError ? reason : new FormError(400, `Could not read the form: ${(reason as Error).message}`, reason);
  }
  if (receiving === undefined) {
    throw new FormError(400, `Multipart field \`${field}\` is missing`);
  }
  await receiving;
}

async function upload(catalogue: Catalogue, snapshots: SnapshotFolder, request: Request): Promise<true> {
  const name = collectionName(request);
  readWait(request);
  const checksum = parameter(request, 'checksum');
  const expected = checksum === undefined ? undefined : checkedChecksum(checksum);
  const priority = parameter(request, 'priority') ?? 'replica';
  if (!isPriority(priority)) {
    throw refused(unknownPriority(priority));
  }
  if (request.headers['content-type'] === undefined) {
    throw new FormError(400, 'Could not find Content-Type header');
  }
  await using incoming = await snapshots.receive();
  await receiveForm(request, incoming);
  const actual = incoming.sha256();
  if (expected !== undefined && actual !== expected) {
    throw new VectorNodeError(400, `Checksum mismatch: expected ${actual}, actual ${expected}`);
  }
  return await recoverFrom(catalogue, name, incoming.path);
}

/** The route that takes a snapshot as a file of a form, of any size: it is mounted before bodies are read whole. */
export function mountUpload(app: Express, catalogue: Catalogue, snapshots: SnapshotFolder): void {
  app.post('/collections/:collection/snapshots/upload', async (request, response, next) => {
    try {
      await answering(() => upload(catalogue, snapshots, request))(request, response, next);
    } catch (error) {
      if (!(error instanceof FormError)) {
        throw error;
      }
      answerPlainly(response, error);
    }
  });
}
