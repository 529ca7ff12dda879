import type { Component, Result } from '../../harness/contract/result.ts';
import { answerOf } from '../answer.ts';
import { type Glyph, glyph } from '../charts/marks.ts';
import { seriesOf } from '../charts/series.ts';
import { countOf, failedFirst, judgedInOrder, readable, type Stamp, sloCounts, stampOf, worstSlo } from '../findings.ts';
import { html, type Insertable, type Markup, prose } from '../markup.ts';
import { figure, joined } from '../numbers.ts';
import { margin, objective, observed, sampleText } from '../slo-text.ts';
import type { Strings } from '../strings.ts';
import { checkValue } from '../validity-text.ts';

export const stampGlyphs: Record<Stamp, Glyph> = {
  pass: 'pass',
  fail: 'cross',
  inconclusive: 'unknown',
  'no-data': 'nothing',
  invalid: 'invalid',
  partial: 'nothing',
};

/** Question, answer and how far it reaches on the left; verdict, worst SLO, rate and validity on the right. */
export function firstScreen(result: Result, s: Strings): Markup {
  const answer = answerOf(result, s);
  const stamp = stampOf(result);
  return html`<section id="answer" class="first" aria-labelledby="answer-title">
<div class="answer"><p class="question">${s.first.question} · ${result.question}</p>
<h1 id="answer-title">${prose(answer.headline)}</h1>
${answer.qualifiers.length > 0 && html`<ul class="qualifiers">${answer.qualifiers.map((sentence) => html`<li>${prose(sentence)}</li>`)}</ul>`}
${servedBy(result, s)}</div>
<div class="doubt"><p class="stamp-line"><span class="stamp ${stamp}">${glyph(stampGlyphs[stamp])} ${s.stamp[stamp]}</span> ${s.first.sloCounts(sloCounts(result))}</p>
<dl class="facts">${[...worstFacts(result, s), rate(result, s), ...checkers(result, s), validity(result, s)].map(
    ([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`,
  )}</dl></div></section>`;
}

type Fact = readonly [string, Insertable];

/** The SLO that came off worst and its margin. */
export function worstFacts(result: Result, s: Strings): Fact[] {
  const found = worstSlo(result);
  if (!found) {
    return [[s.first.worstSlo, `– ${s.first.noSlo}`]];
  }
  const { slo, observation } = found;
  const { value, bounds } = observed(slo, observation);
  const figures =
    observation.observed === undefined
      ? undefined
      : html`· ${prose(value)}${bounds !== undefined && ` (${bounds})`}, ${sampleText(slo, observation, s)}`;
  const name = html`<code class="${seriesOf(result, observation.variant).wordClass}">${observation.variant}</code>`;
  return [
    [s.first.worstSlo, html`${prose(objective(slo, s))}${s.first.on}${name}`],
    [
      s.first.margin,
      html`<b class="${readable(result, observation.verdict)}">${prose(margin(observation))}</b> <span class="quiet">${figures}${observation.why !== undefined && ` · ${observation.why}`}</span>`,
    ],
  ];
}

function rate(result: Result, s: Strings): Fact {
  const rates = result.variants.flatMap((variant) => {
    const offered = variant.metrics['offered-rate'];
    const achieved = variant.metrics['achieved-rate'];
    return offered && achieved ? [{ id: variant.id, offered: offered.value, achieved: achieved.value }] : [];
  });
  const lowest = rates.toSorted((a, b) => a.achieved / (a.offered || 1) - b.achieved / (b.offered || 1))[0];
  if (!lowest) {
    return [s.first.rate, `– ${s.first.noRate}`];
  }
  const [offered, between, achieved, rest] = s.first.rateText(
    joined(figure('offered-rate', lowest.offered)),
    joined(figure('achieved-rate', lowest.achieved)),
    lowest.id,
  );
  return [s.first.rate, html`<b>${offered}</b>${between}<b>${achieved}</b><span class="quiet">${rest}</span>`];
}

function checkers(result: Result, s: Strings): Fact[] {
  if (result.checkers.length === 0) {
    return [];
  }
  const failed = countOf(result.checkers, 'fail');
  const text = s.first.checkerCounts(failed, countOf(result.checkers, 'unknown'), result.checkers.length);
  const first = failedFirst(result.checkers)[0];
  return [
    [
      s.first.checkers,
      failed > 0 && first ? html`<b class="fail">${text}</b> <span class="quiet">· <code>${first.id}</code>: ${first.why}</span>` : text,
    ],
  ];
}

function validity(result: Result, s: Strings): Fact {
  const runs = judgedInOrder(result);
  const invalid = runs.filter(({ run }) => run.validity.verdict === 'invalid').length;
  const parts = [
    ...(result.validity.verdict === 'invalid' ? result.validity.reasons : []),
    ...result.validity.checks.map((check) => checkValue(check, s)),
    ...(invalid > 0 ? [s.first.leftOut(invalid, runs.length)] : []),
  ];
  const word = result.validity.verdict === 'valid' ? s.first.valid : s.first.invalid;
  return [s.first.validity, html`<b>${word}</b> ${prose(parts.length > 0 ? parts.join(' · ') : s.first.noChecks)}`];
}

/** Tiers that one engine served share a chip. */
function servedBy(result: Result, s: Strings): Insertable {
  if (result.components.length === 0) {
    return undefined;
  }
  const groups = new Map<string, Component[]>();
  for (const component of result.components) {
    const key = JSON.stringify([component.engine, component.version, component.embedded, component.standIn, component.tier === 'provider']);
    groups.set(key, [...(groups.get(key) ?? []), component]);
  }
  return html`<p class="served"><span class="quiet">${s.first.servedBy}</span> ${[...groups.values()].map((group) => chip(group, s))}</p>`;
}

function chip(group: readonly Component[], s: Strings): Insertable {
  const first = group[0];
  if (!first) {
    return undefined;
  }
  const simulated = first.tier === 'provider';
  const vector = group.some((component) => component.tier === 'vector');
  const what = !first.embedded ? undefined : vector ? s.first.notQdrant : simulated ? s.first.simulated : s.first.embedded;
  const notes = [what, first.standIn === true ? s.first.standIn : undefined].filter((note) => note !== undefined);
  const kind = !first.embedded ? 'real' : simulated ? 'simulated' : 'embedded';
  return html`<span class="chip ${kind}"><span>${group.map((component) => s.tier[component.tier]).join(', ')}</span> <b>${first.engine} ${first.version}</b>${notes.length > 0 && html` <small>${notes.join(', ')}</small>`}</span> `;
}
