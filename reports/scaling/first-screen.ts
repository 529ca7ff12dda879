import type { Result } from '../../harness/contract/result.ts';
import { answerOf } from '../answer.ts';
import { spanText } from '../cache-replay/sentences.ts';
import { glyph } from '../charts/marks.ts';
import { sloCounts, stampOf } from '../findings.ts';
import { stampGlyphs, worstFacts } from '../html/first-screen.ts';
import { html, type Insertable, type Markup, prose } from '../markup.ts';
import { range, significant } from '../numbers.ts';
import type { Strings } from '../strings.ts';
import { sourcesOf } from './assumptions.ts';
import { loadGroups, policiesOf } from './groups.ts';
import { goalText } from './load-sentence.ts';
import { replicationsOf } from './load-table.ts';

/** That nothing was started, then question and answer on the left; verdict, goal, replications and capacity on the right. */
export function scalingFirstScreen(result: Result, s: Strings): Markup {
  const answer = answerOf(result, s);
  const stamp = stampOf(result);
  return html`<p class="simulated-banner"><span>${prose(bannerText(result, s))}</span></p><section id="answer" class="first" aria-labelledby="answer-title">
<div class="answer"><p class="question">${s.first.question} · ${result.question}</p>
<h1 id="answer-title">${prose(answer.headline)}</h1>
${answer.qualifiers.length > 0 && html`<ul class="qualifiers">${answer.qualifiers.map((sentence) => html`<li>${headed(result, sentence)}</li>`)}</ul>`}</div>
<div class="doubt"><p class="stamp-line"><span class="stamp ${stamp}">${glyph(stampGlyphs[stamp])} ${s.stamp[stamp]}</span> <span class="chip simulated"><b>${s.scaling.badge}</b></span> ${s.first.sloCounts(sloCounts(result))}</p>
<dl class="facts">${[...(result.slos.length > 0 ? worstFacts(result, s) : []), ...facts(result, s)].map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl></div></section>`;
}

/** The sentence of a load with its name in bold, so that it is found. */
function headed(result: Result, sentence: string): Markup {
  const title = loadGroups(result).find((group) => sentence.startsWith(`${group.title}: `))?.title;
  return title === undefined ? prose(sentence) : html`<b>${title}</b>${prose(sentence.slice(title.length))}`;
}

/** `Simulated: nothing was started. Service times: …` */
export function bannerText(result: Result, s: Strings): string {
  const sources = sourcesOf(result, s);
  return s.scaling.banner(sources.length > 0 ? sources : [s.scaling.noSource]);
}

function facts(result: Result, s: Strings): (readonly [string, Insertable])[] {
  const groups = loadGroups(result);
  const variants = policiesOf(result);
  const goals = [...new Set(groups.map(({ goal }) => goalText(goal, s)))];
  const replications = [...new Set(groups.map((group) => replicationsOf(group, s)))].join(', ');
  const unstable = variants.filter(({ simulated }) => simulated.unstable > 0).length;
  const rates = variants.map(({ simulated }) => simulated.capacityPerReplica.ratePerSecond);
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  if (variants.length === 0) {
    return [[s.scaling.first.replications, s.scaling.first.noCapacity]];
  }
  return [
    [s.scaling.first.goal, prose(goals.join(' · '))],
    [s.scaling.first.loads, prose(groups.map(({ title, seconds }) => `${title} ${spanText(seconds)}`).join(' · '))],
    [
      s.scaling.first.replications,
      unstable === 0
        ? s.scaling.first.stable(replications)
        : html`<b class="fail">${s.scaling.first.unstable(replications, unstable, variants.length)}</b>`,
    ],
    [s.scaling.first.capacity, s.scaling.first.capacityText(low === high ? significant(low) : range(significant(low), significant(high)))],
    [
      s.scaling.first.validity,
      html`<b>${result.validity.verdict === 'valid' ? s.first.valid : s.first.invalid}</b> ${prose(result.validity.reasons.join(' · '))}`,
    ],
  ];
}
