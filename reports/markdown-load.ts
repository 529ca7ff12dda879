import type { Result } from '../harness/contract/result.ts';
import { contradictionRows } from './contradiction-rows.ts';
import { loadRows, streamRows } from './load-rows.ts';
import { plain, table } from './markdown-text.ts';
import { overloadSentence } from './overload-text.ts';
import type { Strings } from './strings.ts';

/** Closed and open loads side by side; undefined where nobody waited for an answer before he asked again. */
export function load(result: Result, s: Strings): string | undefined {
  const rows = loadRows(result, s);
  const streams = streamRows(result);
  const parts = [
    table(
      s.load.columns,
      rows.map((row) => [row.variant, row.load, ...row.cells]),
    ),
    plain(s.load.note),
    ...(streams.length === 0
      ? []
      : [
          `### ${s.load.streams}`,
          table(
            s.load.streamColumns,
            streams.map((row) => [row.variant, ...row.cells]),
          ),
        ]),
  ];
  return rows.length === 0 ? undefined : `## ${s.section.load}\n\n${parts.join('\n\n')}`;
}

/** What gave out first, a line for each ramp. */
export function overloads(result: Result, s: Strings): string | undefined {
  const all = result.overloads ?? [];
  return all.length === 0
    ? undefined
    : `## ${s.section.overload}\n\n${all.map((overload) => `- ${plain(`${overload.title}. ${overloadSentence(overload, s)}`)}`).join('\n')}`;
}

/** Where the source contradicts itself. */
export function contradictions(result: Result, s: Strings): string | undefined {
  const rows = contradictionRows(result, s).map(({ statement, arithmetic, claims: judged, measured }) => [
    statement,
    arithmetic,
    judged.map(({ id, verdict }) => `${id}: ${verdict}`).join(', '),
    measured,
  ]);
  return rows.length === 0
    ? undefined
    : `## ${s.section.contradictions}\n\n${plain(s.contradictions.subtitle)}\n\n${table(s.contradictions.columns, rows)}`;
}
