import type { Response } from 'express';

/**
 * Sends a value as JSON. Express's own `json` also looks at freshness, entity tags and formatting settings, which costs
 * time on every request and is used by none here.
 */
export function answerJson(response: Response, status: number, value: unknown): void {
  answerBytes(response, status, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(value)));
}

/** Sends bytes as they are. Does nothing when the answer has begun, which is so when the deadline has answered first. */
export function answerBytes(response: Response, status: number, contentType: string, body: Buffer): void {
  if (response.headersSent) {
    return;
  }
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}
