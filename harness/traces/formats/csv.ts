import { nearest } from '../../contract/parse.ts';
import { fieldsOf } from '../csv-fields.ts';
import { malformed, outOfOrder, type TraceFormat } from '../format.ts';
import { lineDecoder } from '../lines.ts';

/**
 * Our own format. The first line names the columns, in any order: `key` is needed; `time` (seconds from any origin, not
 * falling), `size` (bytes, above 0), `cost_tokens` and `cost_seconds` (what a miss costs at the provider) may be there.
 * Fields may be quoted as in RFC 4180; a field holds no line break.
 */
export const csvFormat: TraceFormat = {
  title: 'CSV with the columns key, time, size, cost_tokens, cost_seconds',
  hasKeys: true,
  open({ file }, sink) {
    let places: Record<Column, number> | undefined;
    let width = 0;
    let before = Number.NEGATIVE_INFINITY;
    return lineDecoder(file, (line, number) => {
      const position = `line ${number}`;
      if (places === undefined) {
        const names = fieldsOf(line, (problem) => malformed(file, position, problem));
        places = placesOf(names, file);
        width = names.length;
        sink.begin({
          time: places.time >= 0,
          size: places.size >= 0,
          tokens: places.cost_tokens >= 0,
          seconds: places.cost_seconds >= 0,
        });
        return;
      }
      if (line === '') {
        return;
      }
      const fields = fieldsOf(line, (problem) => malformed(file, position, problem));
      if (fields.length !== width) {
        throw malformed(file, position, `${fields.length} fields where the head names ${width}: ${JSON.stringify(line.slice(0, 80))}`);
      }
      const numberIn = (column: Column, place: number) => {
        if (place < 0) {
          return 0;
        }
        const text = fields[place] ?? '';
        const value = text.trim() === '' ? Number.NaN : Number(text);
        const isValid =
          column === 'time' ? Number.isFinite(value) : Number.isFinite(value) && value >= 0 && !(column === 'size' && value === 0);
        if (!isValid) {
          throw malformed(file, position, `${column} is ${JSON.stringify(text)}, which is no ${meaning[column]}`);
        }
        return value;
      };
      const key = fields[places.key] ?? '';
      if (key === '') {
        throw malformed(file, position, 'the key is empty');
      }
      const time = numberIn('time', places.time);
      if (places.time >= 0) {
        if (time < before) {
          throw outOfOrder(file, position, time, before);
        }
        before = time;
      }
      sink.addText(
        key,
        time,
        numberIn('size', places.size),
        numberIn('cost_tokens', places.cost_tokens),
        numberIn('cost_seconds', places.cost_seconds),
      );
    });
  },
};

const columns = ['key', 'time', 'size', 'cost_tokens', 'cost_seconds'] as const;
type Column = (typeof columns)[number];
const meaning: Record<Column, string> = {
  key: 'key',
  time: 'number of seconds',
  size: 'number of bytes above 0',
  cost_tokens: 'number of tokens from 0',
  cost_seconds: 'number of seconds from 0',
};

function placesOf(names: readonly string[], file: string): Record<Column, number> {
  for (const [place, name] of names.entries()) {
    if (!(columns as readonly string[]).includes(name)) {
      const suggestion = nearest(name, columns);
      throw malformed(
        file,
        'line 1',
        `unknown column "${name}"`,
        `${suggestion === undefined ? '' : `did you mean "${suggestion}"? `}known: ${columns.join(', ')}`,
      );
    }
    if (names.indexOf(name) !== place) {
      throw malformed(file, 'line 1', `the column "${name}" is named twice`);
    }
  }
  if (!names.includes('key')) {
    throw malformed(file, 'line 1', 'there is no column "key"', `the first line names the columns: ${columns.join(', ')}`);
  }
  const place = (name: Column) => names.indexOf(name);
  return {
    key: place('key'),
    time: place('time'),
    size: place('size'),
    cost_tokens: place('cost_tokens'),
    cost_seconds: place('cost_seconds'),
  };
}
