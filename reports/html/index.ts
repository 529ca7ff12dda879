import type { Result } from '../../harness/contract/result.ts';
import { answerOf } from '../answer.ts';
import { crowded, decides, hasQuotas, stampOf } from '../findings.ts';
import { html, type Markup } from '../markup.ts';
import { isSimulation } from '../scaling/groups.ts';
import { scalingPage } from '../scaling/page.ts';
import { type Language, type Strings, strings } from '../strings.ts';
import { utc } from '../validity-text.ts';
import { capacitySection } from './capacity.ts';
import { comparisonSection } from './comparison.ts';
import { contradictionSection } from './contradictions.ts';
import { costSection, fanOutSection } from './costs.ts';
import { htmlDocument } from './document.ts';
import { checkerSection, claimSection, errorSection } from './evidence.ts';
import { firstScreen } from './first-screen.ts';
import { pageHead } from './head.ts';
import { ladderSection } from './ladder.ts';
import { loadSection } from './load.ts';
import { overTimeSection } from './over-time.ts';
import { overloadSection } from './overload.ts';
import { type Detail, details, type Section } from './parts.ts';
import { percentileSection } from './percentiles.ts';
import { balanceSection, processSection } from './processes.ts';
import { provenanceSection } from './provenance.ts';
import { ratioSection } from './ratios.ts';
import { replaySection } from './replay.ts';
import { sloSection } from './slos.ts';
import { stageSection } from './stages.ts';
import { validitySection } from './validity.ts';
import { variantRows } from './variants.ts';

/** A report larger than this, in bytes, leaves its longest tables to result.json and draws one width of each chart. */
export const sizeLimitBytes = 400_000;

/**
 * The report of one run as one file: no script, nothing loaded, readable in light, dark, print and on a phone. Everything
 * comes from the result; free text is escaped. Throws RangeError when a figure of the result is not finite.
 */
export async function renderHtml(result: Result, language: Language = 'en'): Promise<string> {
  const s = strings[language];
  const simulated = isSimulation(result);
  const rendered = async (detail: Detail) =>
    simulated ? document(result, await scalingPage(result, detail, s), s) : page(result, s, detail);
  // So many measured variants never fit with more; trying would take as long again for every detail.
  for (const detail of crowded(result) && !simulated ? [] : details.slice(0, -1)) {
    const text = await rendered(detail);
    if (Buffer.byteLength(text) <= sizeLimitBytes) {
      return text;
    }
  }
  return rendered('one-width');
}

async function page(result: Result, s: Strings, detail: Detail): Promise<string> {
  const [overload, percentiles, overTime, replay, stages, ratios, fanOut, costs, balance] = await Promise.all([
    overloadSection(result, detail, s),
    percentileSection(result, detail, s),
    overTimeSection(result, detail, s),
    replaySection(result, detail, s),
    stageSection(result, detail, s),
    ratioSection(result, detail, s),
    fanOutSection(result, detail, s),
    costSection(result, detail, s),
    balanceSection(result, detail, s),
  ]);
  const claims = claimSection(result, s);
  const rows: readonly (readonly (Section | undefined)[])[] = [
    [comparisonSection(result, s)],
    [loadSection(result, s)],
    [sloSection(result, s)],
    [overload],
    [percentiles],
    [overTime],
    [replay],
    // Many ladders need the whole width, and then the stages have room beside the balance.
    ...(crowded(result) ? [[ladderSection(result, s)], [stages, balance]] : [[stages, ladderSection(result, s)]]),
    [capacitySection(result, detail, s)],
    [ratios],
    [fanOut],
    [costs],
    // With what quotas add, the table of the processes needs the whole width.
    ...(crowded(result)
      ? [[processSection(result, s)]]
      : hasQuotas(result)
        ? [[processSection(result, s)], [balance]]
        : [[processSection(result, s), balance]]),
    [errorSection(result, s), checkerSection(result, s)],
    [contradictionSection(result, s)],
    [claims],
    [validitySection(result, s), provenanceSection(result, s)],
  ];
  const present = rows.map((row) => row.filter((part) => part !== undefined)).filter((row) => row.length > 0);
  const body = html`${head(result, present.flat(), s)}<main class="${decides(result) ? '' : 'decides-nothing'}">${firstScreen(result, s)}${variantRows(result, s)}${present.map(
    (row) => (row.length > 1 ? html`<div class="pair">${row.map((part) => part.markup)}</div>` : row.map((part) => part.markup)),
  )}</main>`;
  return document(result, body, s);
}

/** Neighbours of a listed section; with them the navigation would need a second line. */
const unlisted: ReadonlySet<Section['id']> = new Set(['costs', 'balance', 'checkers', 'contradictions']);
/** What many variants fold away makes room for the table that they are compared in. */
const unlistedOfMany: ReadonlySet<Section['id']> = new Set([...unlisted, 'processes', 'errors']);

function head(result: Result, sections: readonly Section[], s: Strings): Markup {
  const hidden = crowded(result) ? unlistedOfMany : unlisted;
  return pageHead(
    result,
    sections.filter((part) => !hidden.has(part.id)).map(({ id }) => ({ id, name: s.nav[id] })),
    s,
  );
}

function document(result: Result, body: Markup, s: Strings): string {
  return htmlDocument({
    language: s.languageTag,
    title: `${s.stamp[stampOf(result)]} · ${result.scenario} · ${utc(result.provenance.startedAt)}`,
    description: answerOf(result, s).headline,
    body,
  });
}
