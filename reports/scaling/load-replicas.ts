import { arrivalsText } from '../../harness/contract/arrivals.ts';
import type { Result } from '../../harness/contract/result.ts';
import { spanText } from '../cache-replay/sentences.ts';
import type { Series } from '../charts/looks.ts';
import { swatch } from '../charts/marks.ts';
import {
  boundDash,
  chartSteps,
  halfReplicas,
  narrowReplicas,
  type ReplicaFrame,
  type ReplicaPanel,
  type ReplicaScale,
  replicaGround,
  replicaPanel,
  replicaScale,
  wideReplicas,
} from '../charts/replicas.ts';
import { type Detail, figure, nothing } from '../html/parts.ts';
import { html, type Insertable, type Markup, prose, trusted } from '../markup.ts';
import type { Strings } from '../strings.ts';
import { limitInUnit } from '../validity-text.ts';
import { toldGroups } from './answer.ts';
import { offeredRate, outsideGoal } from './course.ts';
import { boundOf, boundsFor, type LoadGroup, loadGroups, membersOf, type Policy } from './groups.ts';
import { loadSentence } from './load-sentence.ts';
import { policyLooks } from './looks.ts';
import { type ScalingSection, scalingSection } from './section.ts';

/** Offered load is drawn with so many steps at most; more would be one per pixel. */
const mostOffered = 120;

/** One panel per rule on shared axes: small multiples where there are many. The bounds are lines in every panel. */
export function replicaSection(result: Result, group: LoadGroup, id: string, detail: Detail, s: Strings): ScalingSection {
  const shown = group.rules.length > 0 ? group.rules : group.bounds;
  const looks = policyLooks(result);
  const panels = shown.map((variant) => ({ variant, panel: panelOf(group, variant, looks, s) }));
  const scale = replicaScale(
    group.seconds,
    panels.map(({ panel }) => panel),
  );
  const grounds = groundsOf(
    id,
    panels.map(({ panel }) => panel),
    scale,
    sizes(panels.length, detail),
  );
  const { load } = shown[0]?.simulated.variant ?? {};
  const shape = load === undefined ? '' : `${load.profile.shape}, ${arrivalsText(load.arrivals)}`;
  // What the first screen tells is not told twice.
  const isTold = toldGroups(loadGroups(result)).includes(group);
  const sentence = !isTold && html`<p class="load-answer">${prose(loadSentence(group, s))}</p>`;
  const body =
    panels.length === 0
      ? nothing(s.scaling.load.none)
      : html`${sentence}${key(group, s)}${grounds.defs}<div class="multiples ${panels.length > 4 ? 'many' : panels.length > 1 ? 'few' : 'one'}">${panels.map(
          ({ variant, panel }) => drawn(group, variant, panel, scale, grounds, s),
        )}</div>${isShort(result, group, detail) && html`<p class="note">${s.scaling.load.left}</p>`}`;
  return scalingSection(
    id,
    { title: s.scaling.load.title(group.title), ...(isTold && { nav: group.title }) },
    s.scaling.load.subtitle(spanText(group.seconds), shape),
    body,
  );
}

/**
 * Where every byte counts, a load of one rule has nothing to compare, and one that the answer does not tell of has its figures in
 * the tables: then its other charts are left out.
 */
export function isShort(result: Result, group: LoadGroup, detail: Detail): boolean {
  return detail === 'one-width' && (group.rules.length < 2 || !toldGroups(loadGroups(result)).includes(group));
}

interface Sizes {
  readonly wide: typeof wideReplicas;
  /** Drawn beside the wide one for a phone; the narrow one serves both by itself. */
  readonly phone: typeof wideReplicas | undefined;
}

function sizes(panels: number, detail: Detail): Sizes {
  if (panels > 4 || detail === 'one-width') {
    return { wide: narrowReplicas, phone: undefined };
  }
  return { wide: panels === 1 ? wideReplicas : halfReplicas, phone: narrowReplicas };
}

interface Grounds extends Sizes {
  /** Stands before the panels that refer to it. */
  readonly defs: Markup | undefined;
  readonly groundOf: (panel: ReplicaPanel, frame: ReplicaFrame) => Markup;
}

/** Panels of one system have their ground in common, which then stands once. */
function groundsOf(id: string, panels: readonly ReplicaPanel[], scale: ReplicaScale, { wide, phone }: Sizes): Grounds {
  const frames = [wide, ...(phone ? [phone] : [])];
  const uses = new Map<string, number>();
  for (const { markup } of panels.flatMap((panel) => frames.map((frame) => replicaGround(panel, scale, frame)))) {
    uses.set(markup, (uses.get(markup) ?? 0) + 1);
  }
  const shared = [...uses].filter(([, count]) => count > 1).map(([markup]) => markup);
  const nameOf = (place: number) => `${id}-ground-${place}`;
  return {
    wide,
    phone,
    defs:
      shared.length === 0
        ? undefined
        : html`<svg class="defs replicas" aria-hidden="true" font-size="11"><defs>${shared.map((markup, place) => html`<g id="${nameOf(place)}">${trusted(markup)}</g>`)}</defs></svg>`,
    groundOf: (panel, frame) => {
      const ground = replicaGround(panel, scale, frame);
      const place = shared.indexOf(ground.markup);
      return place === -1 ? ground : html`<use href="#${nameOf(place)}"/>`;
    },
  };
}

function panelOf(group: LoadGroup, variant: Policy, looks: ReadonlyMap<string, Series>, s: Strings): ReplicaPanel {
  const { run, variant: asked } = variant.simulated;
  const series = looks.get(variant.id);
  if (series === undefined) {
    throw new RangeError(`${variant.id} has no look: it is no simulated variant of this result`);
  }
  return {
    series,
    ready: chartSteps(run.ready),
    demand: chartSteps(run.demand),
    bounds: boundsFor(group, variant).flatMap((bound) => {
      const kind = boundOf(bound);
      return kind === undefined || bound === variant
        ? []
        : [{ name: s.scaling.bound[kind], steps: chartSteps(bound.simulated.run.ready), dash: boundDash[kind] }];
    }),
    offered: offeredRate(run.bins, asked.seconds, mostOffered),
    outside: outsideGoal(run.bins, asked.goal, asked.seconds),
  };
}

function drawn(
  group: LoadGroup,
  variant: Policy,
  panel: ReplicaPanel,
  scale: ReplicaScale,
  { wide, phone, groundOf }: Grounds,
  s: Strings,
): Markup {
  const most = (steps: ReplicaPanel['ready']) => Math.max(0, ...steps.map(({ value }) => value));
  const described = s.scaling.load.described(variant.name, group.title, most(panel.ready), most(panel.demand));
  const head = html`<p class="panel-head-line"><span class="name">${swatch(panel.series)}<code class="${panel.series.wordClass}">${variant.name}</code></span>${
    variant.simulated.unstable > 0 &&
    html` <b class="fail">${s.scaling.table.unstable(variant.simulated.unstable, variant.simulated.replications)}</b>`
  }${panel.bounds.length === 0 && group.bounds.length > 0 && boundOf(variant) === undefined && html` <span class="quiet">– ${s.scaling.load.noBounds}</span>`}${panel.ready.length === 0 && html` <span class="quiet">– ${s.scaling.load.noSteps}</span>`}</p>`;
  return html`<div>${head}${figure(
    described,
    replicaPanel(panel, groundOf(panel, wide), scale, wide, s, phone === undefined ? 'every' : 'wide'),
    phone && replicaPanel(panel, groundOf(panel, phone), scale, phone, s, 'phone'),
  )}</div>`;
}

/** The width of a bin, which all members of a group share. */
function binText(group: LoadGroup): string {
  const [first, second] = membersOf(group)[0]?.simulated.run.bins ?? [];
  const seconds = (second?.fromSeconds ?? group.seconds) - (first?.fromSeconds ?? 0);
  return seconds < 60 ? limitInUnit(seconds, 's') : spanText(seconds);
}

/** What the lines and grounds are, once for all panels: in small ones there is no room at the line. */
function key(group: LoadGroup, s: Strings): Insertable {
  const { goal, bounds } = group;
  const kinds = new Set(bounds.flatMap((bound) => boundOf(bound) ?? []));
  const ground = (name: string) =>
    html`<svg width="14" height="10" viewBox="0 0 14 10" aria-hidden="true"><rect class="${name}" width="14" height="10"/></svg>`;
  const stroke = (name: string, dash = '') =>
    html`<svg width="22" height="10" viewBox="0 0 22 10" aria-hidden="true"><path class="${name}" d="M0,5H22"${dash !== '' && html` stroke-dasharray="${dash}"`}/></svg>`;
  return html`<p class="note whole-width">${[
    html`${stroke('replica-offered')}${s.scaling.load.offered}`,
    html`${ground('replica-demand')}${s.scaling.load.demand}`,
    html`${stroke('replica-ready ready-key')}${s.scaling.load.ready}`,
    ...[...kinds].map((kind) => html`${stroke('replica-bound', boundDash[kind].join(' '))}${s.scaling.bound[kind]}`),
    html`${ground('replica-miss')}${s.scaling.load.key(binText(group), limitInUnit(goal.responseMs, 'ms'), limitInUnit(goal.errorShare, 'share'))}`,
  ].map((item) => html`<span class="key-item">${item}</span> `)}</p>`;
}
