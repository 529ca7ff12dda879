import { malformed, type TraceFormat } from '../format.ts';
import { lineDecoder } from '../lines.ts';

/** One key a line, in the order of the requests; the whole line is the key. Blank lines at the end are passed over. */
export const keysFormat: TraceFormat = {
  title: 'one key a line',
  hasKeys: true,
  open({ file }, sink) {
    sink.begin({ time: false, size: false, tokens: false, seconds: false });
    let blank: number | undefined;
    return lineDecoder(file, (line, number) => {
      if (line === '') {
        blank ??= number;
        return;
      }
      if (blank !== undefined) {
        throw malformed(file, `line ${blank}`, 'the line is empty, where a key should be');
      }
      sink.addText(line, 0, 0, 0, 0);
    });
  },
};
