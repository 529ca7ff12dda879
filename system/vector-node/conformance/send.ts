import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import type { Json, RecordedRequest } from './recording.ts';
import { rawNumber } from './recording.ts';
import { filled, filledText, type Variables } from './variables.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** JSON with `", "` and `": "` between tokens, as the recorded bodies were sent: columns in error texts count them. */
export function spacedJson(value: Json): string {
  const raw = rawNumber(value);
  if (raw !== undefined) {
    return raw;
  }
  if (Array.isArray(value)) {
    return `[${value.map((item: Json) => spacedJson(item)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as { readonly [key: string]: Json });
    return `{${members.map(([key, item]) => `${JSON.stringify(key)}: ${spacedJson(item)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}

interface Body {
  readonly bytes: Buffer;
  readonly contentType?: string;
}

function uploadBody(upload: NonNullable<RecordedRequest['upload']>, variables: Variables): Body {
  const content = upload.capture === undefined ? Buffer.from(upload.text ?? '') : variables.get(upload.capture);
  if (!Buffer.isBuffer(content)) {
    throw new RangeError(`no bytes were captured as "${upload.capture}"`);
  }
  const boundary = `boundary-${randomUUID()}`;
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${upload.field}"; filename="${upload.fileName}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

function bodyOf(request: RecordedRequest, variables: Variables): Body | undefined {
  if (request.upload !== undefined) {
    return uploadBody(request.upload, variables);
  }
  if (request.body !== undefined) {
    return { bytes: Buffer.from(spacedJson(filled(request.body, variables))) };
  }
  if (request.rawBody !== undefined) {
    return { bytes: Buffer.from(filledText(request.rawBody, variables)) };
  }
  if (request.rawBodyHex !== undefined) {
    return { bytes: Buffer.from(request.rawBodyHex, 'hex') };
  }
  if (request.rawBodyRepeat !== undefined) {
    return { bytes: Buffer.alloc(request.rawBodyRepeat.times, request.rawBodyRepeat.text) };
  }
  return undefined;
}

function queryOf(query: RecordedRequest['query'], variables: Variables): string {
  if (query === undefined) {
    return '';
  }
  const pairs = Array.isArray(query)
    ? (query as readonly (readonly [string, string])[])
    : Object.entries(query as Readonly<Record<string, string>>);
  return `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(filledText(value, variables))}`).join('&')}`;
}

/** Sends a recorded request as it is, with nothing that a client library would add or normalise. */
export async function sendRecorded(baseUrl: string, request: RecordedRequest, variables: Variables): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl);
  const body = bodyOf(request, variables);
  // Kept alive, so that a server that refuses a long body early does not close what is still being written to.
  const agent = new Agent({ keepAlive: true });
  return await new Promise<Answer>((resolve, reject) => {
    const outgoing = httpRequest(
      {
        hostname,
        port,
        method: request.method,
        path: filledText(request.path, variables) + queryOf(request.query, variables),
        headers: {
          ...request.headers,
          ...(body?.contentType === undefined ? {} : { 'content-type': body.contentType }),
          ...(body === undefined ? {} : { 'content-length': String(body.bytes.length) }),
        },
        agent,
        timeout: 30_000,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
          resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${request.method} ${request.path} got no answer within 30 s`)));
    outgoing.on('error', reject);
    outgoing.end(body?.bytes);
  }).finally(() => agent.destroy());
}
