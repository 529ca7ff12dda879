import { type Agent, request } from 'node:http';
import type { FuzzRequest } from './requests.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly responseTimeMs: number;
}

/** Sends a request as it is; rejects when no whole answer is there before the deadline. */
export function sendWithin(
  agent: Agent,
  url: string,
  { method, path, contentType, body }: FuzzRequest,
  deadlineMs: number,
): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const startedAtMs = performance.now();
    const headers = { ...(contentType === undefined ? {} : { 'content-type': contentType }), 'content-length': body?.length ?? 0 };
    const { hostname, port } = new URL(url);
    const sending = request({ agent, hostname, port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        clearTimeout(deadline);
        const text = Buffer.concat(chunks).toString('utf8');
        const type = response.headers['content-type'] ?? '';
        resolve({ status: response.statusCode ?? 0, type, text, responseTimeMs: performance.now() - startedAtMs });
      });
    });
    const deadline = setTimeout(() => sending.destroy(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
    sending.on('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    sending.end(body);
  });
}

/** A command line that sends the request again. */
export function asCommand(url: string, { method, path, contentType, body }: FuzzRequest): string {
  const header = contentType === undefined ? "-H 'content-type:'" : `-H 'content-type: ${contentType}'`;
  const quoted = `'${`${url}${path}`.replaceAll("'", "'\\''")}'`;
  const base64 = body?.toString('base64');
  return base64 === undefined
    ? `curl -g -X ${method} ${header} ${quoted}`
    : `echo ${base64.length > 4000 ? `${base64.slice(0, 4000)}…` : base64} | base64 -d | curl -g -X ${method} ${header} --data-binary @- ${quoted}`;
}
