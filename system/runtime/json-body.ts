import { isUtf8 } from 'node:buffer';
import type { RequestHandler } from 'express';
import { parse } from 'secure-json-parse';
import type { z } from 'zod';
import { ApiError } from './api-error.ts';

export const defaultBodyLimitBytes = 1024 * 1024;
export const maximumJsonDepth = 32;

const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const quote = 0x22;
const backslash = 0x5c;

/** Greatest nesting of objects and arrays in JSON text, found without parsing so that depth cannot cost a stack. */
export function jsonDepth(text: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index];
    if (inString) {
      if (byte === backslash) {
        index += 1;
      } else if (byte === quote) {
        inString = false;
      }
    } else if (byte === quote) {
      inString = true;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
    }
  }
  return deepest;
}

/** Parses JSON, refusing text that is broken, deeper than 32 levels, or that names `__proto__` or `constructor.prototype`. */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) {
    throw new ApiError('malformed_json', 'the body is not UTF-8', { hint: 'JSON travels as UTF-8' });
  }
  const depth = jsonDepth(bytes);
  if (depth > maximumJsonDepth) {
    throw new ApiError('malformed_json', `the JSON body is nested ${depth} levels deep`, {
      hint: `at most ${maximumJsonDepth} levels are read`,
    });
  }
  try {
    return parse(bytes.toString('utf8'), undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new ApiError('malformed_json', `the body is not readable JSON: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Reads the body whole, up to a limit, and parses it as JSON into `request.body`; the bytes stay in `response.locals.rawBody`. A body
 * that is too large is read to its end and not kept, so that its sender reads the refusal. Express's own reader does the same in
 * three packages, which cost as much as everything else that a small body needs (docs/adr/0015-search-path-costs.md).
 */
export function jsonBody(limitBytes = defaultBodyLimitBytes): RequestHandler {
  return (request, response, next) => {
    const { 'content-length': length, 'transfer-encoding': chunked, 'content-encoding': encoding = 'identity' } = request.headers;
    if (length === undefined && chunked === undefined) {
      throw new ApiError('malformed_json', 'the request has no body', { hint: 'send a JSON object' });
    }
    if (encoding.toLowerCase() !== 'identity') {
      throw new ApiError('unsupported_media_type', `the content encoding is "${encoding}"`, { hint: 'send the body as it is' });
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) {
        chunks.push(chunk);
      }
    });
    request.once('end', () => {
      try {
        if (size > limitBytes) {
          throw new ApiError('payload_too_large', `the body has ${size} bytes, at most ${limitBytes} are read`);
        }
        const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        response.locals.rawBody = body;
        request.body = parseJson(body);
      } catch (error) {
        next(error);
        return;
      }
      next();
    });
    request.once('close', () => {
      if (!request.complete) {
        next(new ApiError('invalid_request', 'the caller closed the connection before the end of the body'));
      }
    });
  };
}

/** Refuses a body that says it is something other than JSON; one that does not say is read as JSON. */
export const requireJsonType: RequestHandler = (request, _response, next) => {
  const given = request.headers['content-type'];
  if (given !== undefined && !/^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i.test(given)) {
    throw new ApiError('unsupported_media_type', `the content type is "${given}"`, { hint: 'send content-type: application/json' });
  }
  next();
};

/** Validates by a schema or throws `invalid_request` with every problem at once. */
export function valid<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const first = problems[0];
  throw new ApiError(
    'invalid_request',
    `the request has ${problems.length} problem(s), the first at "${first?.path ?? ''}": ${first?.message ?? ''}`,
    {
      problems,
    },
  );
}
