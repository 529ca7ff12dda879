import type { Result } from '../../harness/contract/result.ts';
import { decides } from '../findings.ts';
import { contradictionSection } from '../html/contradictions.ts';
import { checkerSection, claimSection } from '../html/evidence.ts';
import { pageHead } from '../html/head.ts';
import type { Detail, Section } from '../html/parts.ts';
import { provenanceSection } from '../html/provenance.ts';
import { ratioTable } from '../html/ratios.ts';
import { sloSection } from '../html/slos.ts';
import { checkTable } from '../html/validity.ts';
import { html, type Markup } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { foundSection, systemSection } from './assumptions.ts';
import { decisionSection } from './decisions.ts';
import { scalingFirstScreen } from './first-screen.ts';
import { type LoadGroup, loadGroups } from './groups.ts';
import { frontierSection, responseSection, stageSection } from './load-figures.ts';
import { isShort, replicaSection } from './load-replicas.ts';
import { tableSection } from './load-table.ts';
import { type ScalingSection, scalingSection } from './section.ts';
import { heldVariants, notHeld, simulatedWords } from './words.ts';

type Row = readonly (ScalingSection | undefined)[];

/**
 * The body of the report of a simulation. What only a live run has is not in it: processes, balance of the shards, the generator's
 * validity, who served. Every load has its charts and its table.
 */
export async function scalingPage(result: Result, detail: Detail, words: Strings): Promise<Markup> {
  const s = simulatedWords(words);
  const loads = await Promise.all(loadGroups(result).map((group, place) => loadRows(result, group, `load-${place + 1}`, detail, s)));
  const rows: readonly Row[] = [
    [foundSection(result, s)],
    ...(result.slos.length > 0 ? [[sloPart(result, s)]] : []),
    ...loads.flat(),
    ...(result.comparisons.length > 0 ? [[ratioPart(result, detail, s)]] : []),
    ...(result.checkers.length > 0 ? [[checkerSection(result, s)]] : []),
    [contradictionSection(result, s)],
    [listed(claimSection(result, s), s)],
    [systemSection(result, detail, s)],
    [validitySection(result, s), listed(provenanceSection(result, s), s)],
  ];
  const present = rows.map((row) => row.filter((part) => part !== undefined)).filter((row) => row.length > 0);
  const links = present.flat().flatMap(({ id, nav }) => (nav === undefined ? [] : [{ id, name: nav }]));
  return html`${pageHead(result, links, s)}<main class="${decides(result) ? '' : 'decides-nothing'}">${scalingFirstScreen(result, s)}${isCut(result, detail) && html`<p class="note">${s.scaling.cut}</p>`}${present.map(
    (row) => (row.length > 1 ? html`<div class="pair">${row.map((part) => part.markup)}</div>` : row.map((part) => part.markup)),
  )}</main>`;
}

/** Of more variants than this a small page has no room for where their time went and what they decided. */
const mostExplained = 60;

function isCut({ variants }: Result, detail: Detail): boolean {
  return detail === 'one-width' && variants.length > mostExplained;
}

async function loadRows(result: Result, group: LoadGroup, id: string, detail: Detail, s: Strings): Promise<Row[]> {
  const first: Row[] = [[replicaSection(result, group, id, detail, s)], [tableSection(result, group, id, detail, s)]];
  if (isShort(result, group, detail)) {
    return first;
  }
  const [frontier, response, stages] = await Promise.all([
    frontierSection(result, group, id, detail, s),
    responseSection(result, group, id, detail, s),
    stageSection(result, group, id, detail, s),
  ]);
  const compared: Row = [frontier, response];
  return isCut(result, detail) ? [...first, compared] : [...first, compared, [stages, decisionSection(group, id, detail, s)]];
}

/** Goals with the variants that are held to them; how many are not is said. */
function sloPart(result: Result, s: Strings): ScalingSection | undefined {
  const free = notHeld(result);
  const part = listed(sloSection(heldVariants(result), s), s);
  return part && free > 0 ? { ...part, markup: html`${part.markup}<p class="note">${s.scaling.notHeld(free)}</p>` } : part;
}

/** Of many rules a forest of ratios says less than their costs; the ratios stand in a table. */
function ratioPart(result: Result, detail: Detail, s: Strings): ScalingSection {
  const body = detail === 'all' || detail === 'curves' ? ratioTable(result, s) : html`<p class="note">${s.scaling.ratios.left}</p>`;
  return scalingSection('ratios', { title: s.scaling.ratios.title }, s.scaling.ratios.subtitle, body);
}

/** A section that every report has, under the name by which its navigation lists it. */
function listed(section: Section | undefined, s: Strings): ScalingSection | undefined {
  return section && { ...section, nav: s.nav[section.id] };
}

/** Only the checks of this run: a simulation has no generator that could fall behind. */
function validitySection(result: Result, s: Strings): ScalingSection | undefined {
  return result.validity.checks.length + result.validity.reasons.length === 0
    ? undefined
    : scalingSection('validity', { title: s.section.validity }, s.validity.subtitle, checkTable(result, s), 'half');
}
