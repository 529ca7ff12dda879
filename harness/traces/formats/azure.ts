import { azureReader } from '../../arrivals/trace/azure.ts';
import { Failure } from '../../contract/failure.ts';
import type { TraceFormat } from '../format.ts';
import { requestDecoder } from '../requests.ts';

/**
 * Azure LLM inference traces: when requests came and how many tokens each took, but not what was asked. Keys are drawn,
 * and every report says so.
 */
export const azureFormat: TraceFormat = {
  title: 'Azure LLM inference',
  hasKeys: false,
  open({ file, drawKey }, sink) {
    if (drawKey === undefined) {
      throw new Failure('configuration', 'trace_without_keys', `${file}: an Azure trace does not tell what was asked`, {
        hint: 'name the popularity from which keys are drawn, such as --draw-keys 5000,0.8,0.3 (keys, Zipf exponent, share that never repeats)',
      });
    }
    sink.begin({ time: true, size: false, tokens: true, seconds: false });
    return requestDecoder(file, azureReader(), ({ atUs, inputTokens = 0, outputTokens = 0 }) => {
      sink.addText(drawKey(), atUs / 1e6, 0, inputTokens + outputTokens, 0);
    });
  },
};
