import type { Response } from 'express';
import type { AskEvent, AskEventName } from '../api/ask-stream.ts';
import { eventText } from '../api/event-stream.ts';
import { deadlineIn } from '../runtime/deadline.ts';
import { beginEventStream, type EventStream } from '../runtime/event-stream.ts';
import { asApiError, errorBodyOf } from '../runtime/server.ts';
import type { Answered, AnswerListener } from './answer-question.ts';

/** How an answer in progress looks on the wire; each gives the text of whole events. */
export interface StreamForm {
  begun(): string;
  retrieved(...told: Parameters<AnswerListener['retrieved']>): string;
  generated(text: string): string;
  completed(answered: Answered): string;
  failed(errorBody: unknown): string;
}

const event = <Name extends AskEventName>(name: Name, value: AskEvent<Name>) => eventText(name, value);

/** The events of a streamed ask. */
export function askStreamForm(requestId: string): StreamForm {
  return {
    begun: () => event('processing', { request_id: requestId }),
    retrieved: (sources, evidence) => event('retrieved', { sources: [...sources], evidence }),
    generated: (text) => event('generating', { text }),
    completed: ({ response }) => event('completed', response),
    failed: (body) => event('error', body as AskEvent<'error'>),
  };
}

/**
 * Answers with a stream in the given form. What fails before the stream has begun is thrown and becomes an ordinary error; what
 * fails later becomes its last event. `answer` is what makes the answer and tells its listener of it.
 */
export async function streamAnswer(
  response: Response,
  form: StreamForm,
  answer: (listener: AnswerListener) => Promise<Answered>,
): Promise<void> {
  const { signal } = deadlineIn(response.locals);
  let stream: EventStream | undefined;
  let isComplete = false;
  const send = async (text: string) => {
    if (text !== '') {
      await stream?.send(text);
    }
  };
  try {
    const answered = await answer({
      begun() {
        signal.throwIfAborted();
        stream = beginEventStream(response, signal);
        return send(form.begun());
      },
      retrieved: (...told) => send(form.retrieved(...told)),
      generated: (text) => send(form.generated(text)),
    });
    signal.throwIfAborted();
    isComplete = true;
    await send(form.completed(answered));
    stream?.end();
  } catch (error) {
    if (stream === undefined) {
      throw error;
    }
    const known = asApiError(error);
    // A reader too slow for the end of a whole answer has got no error.
    stream.end(isComplete ? undefined : form.failed(errorBodyOf(response.locals, known)));
    if (known.code === 'internal') {
      // The caller has been told; it is thrown on to be logged.
      throw error;
    }
  }
}
