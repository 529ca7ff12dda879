import type { CacheReplay } from '../../harness/contract/cache-replay.ts';
import { htmlDocument } from '../html/document.ts';
import { nothing, section } from '../html/parts.ts';
import { html, type Markup, prose } from '../markup.ts';
import { percent } from '../numbers.ts';
import type { Language } from '../strings.ts';
import { utc } from '../validity-text.ts';
import { curveSection, policySection } from './curves.ts';
import { missText, pointAt, rankedPolicies, sizeText } from './figures.ts';
import { driftSection, popularitySection, reuseSection, workingSetSection } from './lenses.ts';
import { provenanceSection } from './provenance.ts';
import type { CacheReplaySection } from './section.ts';
import { cacheReplayAnswer, findingText, samplingText } from './sentences.ts';
import { type CacheReplayStrings, cacheReplayStrings } from './strings.ts';

/**
 * The report of one replay as one file: no script, nothing loaded, readable in light, dark, print and on a phone. Throws
 * RangeError when a figure of the result is not finite.
 */
export async function renderCacheReplayHtml(result: CacheReplay, language: Language = 'en'): Promise<string> {
  const s = cacheReplayStrings[language];
  const [curves, popularity, reuse, workingSet] = await Promise.all([
    curveSection(result, s),
    popularitySection(result, s),
    reuseSection(result, s),
    workingSetSection(result, s),
  ]);
  const rows: readonly (readonly CacheReplaySection[])[] = [
    [curves],
    [policySection(result, s)],
    [whySection(result, s)],
    [popularity, reuse],
    [driftSection(result, s), workingSet],
    [provenanceSection(result, s)],
  ];
  const body = html`${head(result, rows.flat(), s)}<main>${firstScreen(result, s)}${rows.map((row) =>
    row.length > 1 ? html`<div class="pair">${row.map((part) => part.markup)}</div>` : row.map((part) => part.markup),
  )}</main>`;
  return htmlDocument({
    language: s.languageTag,
    title: `${s.page} · ${result.trace.file} · ${utc(result.provenance.startedAt)}`,
    description: cacheReplayAnswer(result, s).headline,
    body,
  });
}

function head(result: CacheReplay, sections: readonly CacheReplaySection[], s: CacheReplayStrings): Markup {
  const links = html`<a href="#answer">${s.nav.answer}</a>${sections.map((part) => html`<a href="#${part.id}">${s.nav[part.id]}</a>`)}`;
  return html`<header class="top"><div><p class="crumbs"><span class="minor"><b>${s.product}</b><i>/</i></span><b>${s.page}</b><i>/</i><span>${result.trace.file}</span><span class="minor"><i>/</i>${utc(
    result.provenance.startedAt,
  )}</span></p><nav aria-label="${s.nav.label}">${links}</nav><details><summary aria-label="${s.nav.label}">☰</summary><div>${links}</div></details></div></header>`;
}

/** Question, answer and how far it reaches on the left; what was replayed on the right. */
function firstScreen(result: CacheReplay, s: CacheReplayStrings): Markup {
  const answer = cacheReplayAnswer(result, s);
  return html`<section id="answer" class="first" aria-labelledby="answer-title">
<div class="answer"><p class="question">${s.question}</p>
<h1 id="answer-title">${prose(answer.headline)}</h1>
<ul class="qualifiers">${answer.qualifiers.map((sentence) => html`<li>${prose(sentence)}</li>`)}</ul></div>
<div class="doubt"><dl class="facts">${facts(result, s).map(([term, text]) => html`<dt>${term}</dt><dd>${prose(text)}</dd>`)}</dl></div></section>`;
}

function facts(result: CacheReplay, s: CacheReplayStrings): (readonly [string, string])[] {
  const { trace, lifetime, bounds, comparedSize } = result;
  const [best] = rankedPolicies(result);
  const [bound] = bounds;
  const boundPoint = bound && pointAt(bound, comparedSize);
  const weighted = [
    [best?.point.byteMissRatio, s.unit.bytes],
    [best?.point.tokenMissRatio, s.unit.tokens],
    [best?.point.secondsMissRatio, s.unit.seconds],
  ] as const;
  const costs = weighted.flatMap(([ratio, unit]) => (ratio === undefined ? [] : [s.facts.costPart(percent(ratio), unit)]));
  return [
    [s.facts.trace, s.facts.traceText(trace.file, trace.formatTitle, trace.compression)],
    [s.facts.sampling, samplingText(result, s)],
    [s.facts.lifetime, lifetime === undefined ? s.facts.noLifetime : s.facts.lifetimeText(lifetime.expiry, lifetime.ttl)],
    [
      s.facts.bound,
      bound === undefined || boundPoint === undefined ? s.facts.noBound : s.facts.boundText(bound.title, missText(boundPoint)),
    ],
    [s.facts.cost, costs.length === 0 || best === undefined ? s.facts.noCost : s.facts.costText(best.policy.title, costs)],
  ];
}

function whySection(result: CacheReplay, s: CacheReplayStrings): CacheReplaySection {
  const rows = result.findings.map((finding) => {
    const term = finding.rule === 'first-requests' ? s.why.fact : finding.agrees ? s.why.borneOut : s.why.notBorneOut;
    return html`<dt>${term}</dt><dd>${prose(findingText(finding, result, s))}</dd>`;
  });
  return section(
    'why',
    s.why.title,
    s.why.subtitle(sizeText(result, result.comparedSize, s)),
    rows.length === 0 ? nothing(s.why.none) : html`<dl class="facts wide-terms">${rows}</dl>`,
  );
}
