import type { Result } from '../../harness/contract/result.ts';
import { seriesOf } from '../charts/series.ts';
import { shardBalanceChart } from '../charts/shard-balance.ts';
import { shareBar } from '../charts/share-bar.ts';
import { crowded, hasQuotas } from '../findings.ts';
import { html, type Insertable, type Markup } from '../markup.ts';
import { absent, count, figure, joined, memory, percent, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { chartFigure, type Detail, dataTable, nothing, type Section, section, table, variantName } from './parts.ts';

type Process = Result['variants'][number]['processes'][number];

function bytes(value: number | undefined): string {
  return value === undefined ? absent : joined(memory(value));
}

function share(value: number | undefined): string {
  return value === undefined ? absent : percent(value);
}

const bytesPerMebibyte = 1024 * 1024;

function quotaOf({ quota }: Process, s: Strings): string {
  return quota === undefined ? absent : s.processes.quotaText(significant(quota.cpus), joined(memory(quota.memoryMiB * bytesPerMebibyte)));
}

/** What making the load took, as a sentence; nothing in results that do not tell. */
function generatorNote({ variants }: Result, s: Strings): Insertable {
  const known = variants.flatMap(({ generator }) => generator ?? []);
  const range = (values: readonly number[], text: (value: number) => string) => {
    const [low, high] = [text(Math.min(...values)), text(Math.max(...values))];
    return low === high ? low : s.processes.range(low, high);
  };
  return known.length === 0
    ? ''
    : html`<p class="note">${s.processes.generator(
        range(
          known.map(({ cpuSecondsPer1k }) => cpuSecondsPer1k),
          significant,
        ),
        range(
          known.map(({ eventLoopUtilisation }) => eventLoopUtilisation),
          percent,
        ),
      )}</p>`;
}

/** CPU and memory of every process of the system under test. */
export function processSection(result: Result, s: Strings): Section {
  const all = result.variants.flatMap((variant) => variant.processes.map((process) => ({ variant, process })));
  if (all.length === 0) {
    return section('processes', s.section.processes, '', nothing(s.processes.none), 'half');
  }
  if (crowded(result)) {
    return manyProcesses(result, s);
  }
  const quotas = hasQuotas(result);
  const most = Math.max(...all.map(({ process }) => process.cpuSeconds));
  const rows = result.variants.flatMap((variant) =>
    variant.processes.map((process, place) => [
      place === 0 ? variantName(result, variant.id) : '',
      html`<code>${process.id}</code>`,
      shareBar(most > 0 ? process.cpuSeconds / most : 0, seriesOf(result, variant.id).colour),
      significant(process.cpuSeconds),
      significant(process.cpuSecondsPer1k),
      bytes(process.residentBytes),
      ...(quotas ? [bytes(process.peakBytes), quotaOf(process, s), share(process.throttledPeriodShare)] : []),
    ]),
  );
  const unread = all.some(({ process }) => process.residentBytes === undefined);
  const columns = [
    { head: s.variants.variant },
    { head: s.processes.process },
    { head: html`<span class="unseen">${s.table.bar}</span>` },
    { head: s.processes.cpu, numeric: true },
    { head: s.processes.perThousand, numeric: true },
    { head: s.processes.memory, numeric: true },
    ...(quotas
      ? [
          { head: s.processes.peak, numeric: true },
          { head: s.processes.quota, numeric: true },
          { head: s.processes.throttled, numeric: true },
        ]
      : []),
  ];
  return section(
    'processes',
    s.section.processes,
    s.processes.subtitle,
    html`${table(columns, rows, s.section.processes)}${quotas && html`<p class="note">${s.processes.throttling}</p>`}${unread && html`<p class="note">${s.processes.noMemory}</p>`}${generatorNote(result, s)}`,
    quotas ? '' : 'half',
  );
}

/** The processes of many variants, folded away: what they add up to stands among the costs. */
function manyProcesses(result: Result, s: Strings): Section {
  const quotas = hasQuotas(result);
  const columns = [
    s.variants.variant,
    s.processes.process,
    s.processes.cpu,
    s.processes.perThousand,
    s.processes.memory,
    ...(quotas ? [s.processes.peak, s.processes.quota, s.processes.throttled] : []),
  ];
  const rows = result.variants.flatMap((variant) =>
    variant.processes.map((process) => [
      variant.id,
      process.id,
      significant(process.cpuSeconds),
      significant(process.cpuSecondsPer1k),
      bytes(process.residentBytes),
      ...(quotas ? [bytes(process.peakBytes), quotaOf(process, s), share(process.throttledPeriodShare)] : []),
    ]),
  );
  return section(
    'processes',
    s.section.processes,
    s.processes.subtitle,
    html`${dataTable(s.table.toLimit(s.section.processes), columns, rows)}${quotas && html`<p class="note">${s.processes.throttling}</p>`}${generatorNote(result, s)}`,
    quotas ? '' : 'half',
  );
}

/** Which peers of a cluster hold a shard. */
function replicas({ placement }: Result['variants'][number], shard: number, s: Strings): Markup | undefined {
  const held = placement?.replicas.filter((replica) => replica.shard === shard) ?? [];
  return held.length === 0
    ? undefined
    : html`<small>${s.balance.replicas(held.map(({ node, state }) => s.balance.replica(node, state)))}</small>`;
}

/** More shards than this stand in a table that is folded away; the chart shows them all. */
const mostShardRows = 12;

/** Points per shard; undefined when no variant has more than one shard, because one shard has no balance. */
export async function balanceSection(result: Result, detail: Detail, s: Strings): Promise<Section | undefined> {
  const sharded = result.variants.filter((variant) => variant.topology.vector.shards > 1);
  if (sharded.length === 0) {
    return undefined;
  }
  const known = sharded.filter((variant) => variant.shards.length > 0);
  if (known.length === 0) {
    return section('balance', s.section.balance, '', nothing(s.balance.none), 'half');
  }
  const most = Math.max(1, ...known.flatMap((variant) => variant.shards.map((shard) => shard.points)));
  const rows = known.flatMap((variant) => {
    const total = variant.shards.reduce((sum, shard) => sum + shard.points, 0);
    const mean = total / variant.shards.length / most;
    const balance = variant.metrics['shard-balance'];
    return variant.shards.map((shard, place) => [
      place === 0
        ? html`${variantName(result, variant.id)}${balance && html`<small>${s.balance.ratio(figure('shard-balance', balance.value).text)}</small>`}`
        : '',
      html`<code>${shard.id}</code>${replicas(variant, place, s)}`,
      shareBar(shard.points / most, seriesOf(result, variant.id).colour, mean),
      count(shard.points),
      total > 0 ? percent(shard.points / total) : absent,
    ]);
  });
  const columns = [
    { head: s.variants.variant },
    { head: s.balance.shard },
    { head: html`<span class="unseen">${s.table.bar}</span>` },
    { head: s.balance.points, numeric: true },
    { head: s.balance.share, numeric: true },
  ];
  const described = known.map(({ id, metrics }) => {
    const balance = metrics['shard-balance'];
    return `${id} ${s.balance.ratio(balance === undefined ? absent : figure('shard-balance', balance.value).text)}`;
  });
  const chart = await chartFigure(detail, s.chart.region(s.section.balance), s.balance.described(described), (narrow, className) =>
    shardBalanceChart(result, narrow ? 328 : 628, narrow, s, className),
  );
  const body =
    rows.length <= mostShardRows
      ? table(columns, rows, s.section.balance)
      : dataTable(
          s.table.toLimit(s.section.balance),
          [s.variants.variant, s.balance.shard, s.balance.points, s.balance.share],
          known.flatMap((variant) => {
            const total = variant.shards.reduce((sum, shard) => sum + shard.points, 0);
            return variant.shards.map(({ id, points }) => [variant.id, id, count(points), total > 0 ? percent(points / total) : absent]);
          }),
        );
  return section('balance', s.section.balance, s.balance.subtitle, html`${chart}${body}`, 'half');
}
