import type { Response } from 'express';
import { eventStreamType } from '../api/event-stream.ts';
import { type Completion, completionEvents, jsonEvent } from './completion.ts';
import type { PlannedFault, StreamFault } from './faults.ts';
import { OpenAiError } from './openai-error.ts';
import { tokenPieces } from './tokens.ts';

/** Sends an answer as its tokens come into being. */
export interface AnswerStream {
  /** Sends what is new of the first `written` tokens. */
  readonly onTokens: (written: number) => void;
  /** Sends the end. */
  readonly end: () => void;
}

interface Options {
  readonly includeUsage: boolean;
  readonly planned: PlannedFault | undefined;
  readonly onFault: (fault: StreamFault) => void;
}

const failure = new OpenAiError(500, 'server_error', null, 'The server had an error while processing your request.');

/**
 * Streams an answer as server-sent events, one per token and one write for those that are due together. Headers go with the first
 * token, so that a refusal still can have a status. A planned fault happens at its place:
 * `cut` closes the connection, `stalled` sends nothing more and keeps it open, `malformed` sends half an event and goes on,
 * `error` sends an error event and ends; none of them but `malformed` is followed by the end mark.
 */
export function answerStream(response: Response, completion: Completion, { includeUsage, planned, onFault }: Options): AnswerStream {
  const events = completionEvents(completion, includeUsage);
  const pieces = tokenPieces(completion.text);
  const faultAt = planned === undefined ? undefined : Math.min(pieces.length, 1 + Math.floor(planned.position * pieces.length));
  let sent = 0;
  /** The fault that ended the stream before its time. */
  let endedBy: StreamFault | undefined;

  const spoil = (fault: StreamFault, text: string): string => {
    onFault(fault);
    if (fault === 'malformed') {
      return `${text.slice(0, Math.floor(text.length / 2))}\n\n`;
    }
    endedBy = fault;
    return fault === 'error' ? text + jsonEvent(failure.body()) : text;
  };
  return {
    onTokens(written) {
      if (endedBy !== undefined) {
        return;
      }
      let text = '';
      if (sent === 0) {
        response.writeHead(200, { 'content-type': `${eventStreamType}; charset=utf-8`, 'cache-control': 'no-cache' });
        text = events.role();
      }
      while (sent < written && endedBy === undefined) {
        const content = events.content(pieces[sent] ?? '');
        sent += 1;
        text += planned !== undefined && sent === faultAt ? spoil(planned.fault, content) : content;
      }
      if (endedBy === 'error') {
        response.end(text);
      } else {
        response.write(text, endedBy === 'cut' ? () => response.destroy() : () => {});
      }
    },
    end() {
      if (endedBy === undefined) {
        response.end(events.end());
      }
    },
  };
}
