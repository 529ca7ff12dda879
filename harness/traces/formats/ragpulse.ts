import { ragpulseReader } from '../../arrivals/trace/ragpulse.ts';
import type { TraceRequest } from '../../arrivals/trace/trace-request.ts';
import type { TraceFormat } from '../format.ts';
import { requestDecoder } from '../requests.ts';

/** RAGPulse as the load engine replays it, by what one of its caches would be asked. */
function ragPulseFormat(
  title: string,
  tokens: boolean,
  emit: (request: TraceRequest, add: (key: string, costTokens: number) => void) => void,
): TraceFormat {
  return {
    title,
    hasKeys: true,
    open({ file }, sink) {
      sink.begin({ time: true, size: false, tokens, seconds: false });
      return requestDecoder(file, ragpulseReader(), (request) => {
        emit(request, (key, costTokens) => sink.addText(key, request.atUs / 1e6, 0, costTokens, 0));
      });
    },
  };
}

/** Every passage of every request, in the order of the prompt: what a passage or retrieval cache is asked. */
export const ragPulsePassagesFormat = ragPulseFormat('RAGPulse, passages', false, ({ passageKeys = [] }, add) => {
  for (const key of passageKeys) {
    add(key, 0);
  }
});

/** The user's input of every request: what an exact-answer cache is asked. A miss costs the tokens of prompt and answer. */
export const ragPulseQueriesFormat = ragPulseFormat(
  'RAGPulse, queries',
  true,
  ({ queryKey = '', inputTokens = 0, outputTokens = 0 }, add) => add(queryKey, inputTokens + outputTokens),
);
