import type { ServerResponse } from 'node:http';
import type { FakeAnswer, FakeRequest, FakeStream } from './fake-server.ts';

/** How the next streams go wrong. */
export type StreamFault = 'cut' | 'unfinished' | 'hanging' | 'error' | 'broken' | 'no-usage' | 'not-a-stream' | 'lingering';

/** What a chat needs to know of its provider, and what it tells of itself. */
export interface FakeChat {
  /** The next chats are refused with this status. */
  chatStatus: number;
  streamFault: StreamFault | undefined;
  /** Chats whose prompt contains this are refused. */
  refusesAbout: string | undefined;
  /** Text that every answer begins with, `repeats` times: for answers larger than all buffers on the way. */
  filler: { readonly text: string; readonly repeats: number };
  /** Bytes of streams that connections have taken so far. */
  streamedBytes: number;
  /** Chats whose caller closed the connection before the answer was complete. */
  abandoned: number;
  /** Chats in progress. */
  open: number;
}

export function newFakeChat(): FakeChat {
  return {
    chatStatus: 200,
    streamFault: undefined,
    refusesAbout: undefined,
    filler: { text: '', repeats: 0 },
    streamedBytes: 0,
    abandoned: 0,
    open: 0,
  };
}

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const frame = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const chunk = (delta: object, finishReason: string | null = null) =>
  frame({
    id: 'chatcmpl-fake',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'fake',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    usage: null,
  });

/** Pieces of at most seven characters, so that texts of several bytes are split as well. */
const piecesOf = (text: string) => text.match(/.{1,7}/gsu) ?? [];

async function write(chat: FakeChat, response: ServerResponse, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  // In two writes that split the event anywhere, even within a character.
  const middle = Math.floor(bytes.length / 3);
  for (const part of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
    if (!response.write(part) && !response.destroyed) {
      await new Promise<void>((resolve) => {
        const go = () => {
          response.off('drain', go).off('close', go);
          resolve();
        };
        response.on('drain', go).on('close', go);
      });
    }
    chat.streamedBytes += part.length;
  }
}

async function streamAnswer(chat: FakeChat, response: ServerResponse, answer: string): Promise<void> {
  const fault = chat.streamFault;
  response.writeHead(200, { 'content-type': fault === 'not-a-stream' ? 'text/html' : 'text/event-stream; charset=utf-8' });
  chat.open += 1;
  response.once('close', () => {
    chat.open -= 1;
    chat.abandoned += response.writableEnded ? 0 : 1;
  });
  await write(chat, response, `: a comment\r\n\r\n${chunk({ role: 'assistant', content: '' })}`);
  for (let repeat = 0; repeat < chat.filler.repeats && !response.destroyed; repeat += 1) {
    await write(chat, response, chunk({ content: chat.filler.text }));
  }
  for (const [index, piece] of piecesOf(answer).entries()) {
    await write(chat, response, chunk({ content: piece }));
    if (index !== 1) {
      continue;
    }
    if (fault === 'cut') {
      response.destroy();
      return;
    }
    if (fault === 'hanging') {
      return;
    }
    if (fault === 'unfinished') {
      response.end();
      return;
    }
    if (fault === 'error' || fault === 'broken') {
      response.end(frame(fault === 'error' ? { error: { message: 'told to fail' } } : '{"choices":'));
      return;
    }
  }
  await write(chat, response, chunk({}, 'stop'));
  if (fault !== 'no-usage') {
    await write(
      chat,
      response,
      frame({ id: 'chatcmpl-fake', object: 'chat.completion.chunk', created: 1, model: 'fake', choices: [], usage }),
    );
  }
  await write(chat, response, frame('[DONE]'));
  if (fault !== 'lingering') {
    response.end();
  }
}

/** Answers with the last message, plain or streamed as asked. */
export function fakeChatAnswer(chat: FakeChat, { body }: FakeRequest): FakeAnswer | FakeStream {
  const { messages, stream } = body as { messages: { content: string }[]; stream?: boolean };
  const prompt = messages.map(({ content }) => content).join('\n');
  const refused = chat.refusesAbout !== undefined && prompt.includes(chat.refusesAbout);
  if (refused || chat.chatStatus !== 200) {
    return { status: refused ? 500 : chat.chatStatus, body: { error: { message: 'told to fail' } } };
  }
  const answer = `answer to: ${messages.at(-1)?.content ?? ''}`;
  if (stream === true) {
    return { stream: (response) => streamAnswer(chat, response, answer) };
  }
  const content = chat.filler.text.repeat(chat.filler.repeats) + answer;
  return { status: 200, body: { choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }], usage } };
}
