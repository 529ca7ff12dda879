import type { OverloadResult } from '../../harness/contract/overload.ts';
import type { Result } from '../../harness/contract/result.ts';
import { type OverloadPanel, overloadFrame, overloadPanel } from '../charts/overload.ts';
import { html, type Insertable } from '../markup.ts';
import { count, significant } from '../numbers.ts';
import { overloadSentence } from '../overload-text.ts';
import type { Strings } from '../strings.ts';
import { type Detail, dataTable, figure, type Section, section } from './parts.ts';

/** What the third panel of a ramp shows: what was limited in it, otherwise the processors. */
function resourceOf({ topology, first }: OverloadResult): OverloadPanel {
  if (topology.query.heapMiB !== undefined || first.kind === 'memory') {
    return 'memory';
  }
  return topology.query.vectorConnections !== undefined || first.kind === 'connections' ? 'connections' : 'processor';
}

/** What gave out first where one instance was driven past its knee; undefined where none was. */
export async function overloadSection(result: Result, detail: Detail, s: Strings): Promise<Section | undefined> {
  const overloads = result.overloads ?? [];
  if (overloads.length === 0) {
    return undefined;
  }
  const blocks = await Promise.all(
    Array.from({ length: Math.ceil(overloads.length / 2) }, (_, place) => panels(overloads.slice(2 * place, 2 * place + 2), detail, s)),
  );
  const drawn =
    detail === 'one-width'
      ? html`<div class="scroll" tabindex="0" role="region" aria-label="${s.chart.region(s.section.overload)}">${blocks}</div>`
      : blocks;
  return section(
    'overload',
    s.section.overload,
    s.overload.subtitle,
    html`<ul class="findings">${overloads.map((overload) => html`<li><b>${overload.title}</b>. ${overloadSentence(overload, s)}</li>`)}</ul>${drawn}<p class="note">${s.overload.note}</p>${
      detail === 'all' || detail === 'curves' ? overloads.map((overload) => secondsTable(overload, s)) : undefined
    }`,
  );
}

/** Up to two ramps side by side, a row for each panel. */
async function panels(overloads: readonly OverloadResult[], detail: Detail, s: Strings): Promise<Insertable> {
  const columns = overloads.length === 1 ? 1 : 2;
  const width = columns === 1 ? 1000 : 490;
  const rowsOf: readonly (readonly [string, string, (overload: OverloadResult) => OverloadPanel])[] = [
    [...s.overload.panel.response, () => 'response'],
    [...s.overload.panel.rate, () => 'rate'],
    [...s.overload.panel.resource, resourceOf],
  ];
  const rows = await Promise.all(
    rowsOf.map(async ([title, unit, panelOf], place) => {
      const charts = await Promise.all(
        overloads.map(async (overload) => {
          const panel = panelOf(overload);
          const isLast = place === rowsOf.length - 1;
          const both = detail !== 'one-width';
          const [wide, phone] = await Promise.all([
            overloadPanel(panel, overload, overloadFrame(panel, width, false, isLast), s, both ? 'wide' : 'every'),
            both && overloadPanel(panel, overload, overloadFrame(panel, 328, true, isLast), s, 'phone'),
          ]);
          const what = isLast ? html`<p class="sub">${s.overload.resource[panel]}</p>` : undefined;
          return html`<div class="panel"><p class="panel-name"><code>${overload.variant}</code></p>${what}${figure(s.overload.described(s.overload.resource[panel], overload.variant), wide, phone)}</div>`;
        }),
      );
      return html`<div class="panel-title"><b>${title}</b><small>${unit}</small></div>${charts}`;
    }),
  );
  const heads = overloads.map(({ variant }) => html`<div class="panel-head"><code>${variant}</code></div>`);
  return html`<div class="panels columns-${columns} of-${overloads.length}${detail === 'one-width' && ' kept'}"><div class="panel-head"></div>${heads}${rows}</div>`;
}

function secondsTable({ variant, seconds }: OverloadResult, s: Strings): Insertable {
  const rows = seconds.map(({ second, ratePerSecond, arrivals, succeeded, refusedByProvider, responseMs }) => [
    second,
    significant(ratePerSecond),
    count(arrivals),
    count(succeeded),
    count(arrivals - succeeded),
    count(refusedByProvider),
    responseMs === undefined ? '–' : significant(responseMs.p50),
    responseMs === undefined ? '–' : significant(responseMs.p95),
  ]);
  return dataTable(s.table.toLimit(variant), s.overload.secondColumns, rows);
}
