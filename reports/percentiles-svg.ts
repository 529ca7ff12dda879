import type { Result } from '../harness/contract/result.ts';
import { fontFamily } from './charts/compile.ts';
import { drawableKinds, percentileChart } from './charts/percentiles.ts';
import { decides, stampOf } from './findings.ts';
import { html, type Markup, trusted } from './markup.ts';
import { joined, memory } from './numbers.ts';
import { light } from './palette.ts';
import { sourceKinds } from './scaling/assumptions.ts';
import { isSimulation } from './scaling/groups.ts';
import { firstResponseChart } from './scaling/load-figures.ts';
import { type Language, type Strings, strings } from './strings.ts';

const width = 960;
const headHeight = 84;
const chartFrame = { width, height: 400, left: 56, right: 136, top: 24, bottom: 46, narrow: false } as const;
const margin = 16;

/**
 * The percentile plot of searches as a picture of its own: light on its own background, without outside reference, named
 * by scenario, engines, machine, profile and run, so that it cannot be taken for another run's.
 */
export async function renderPercentilesSvg(result: Result, language: Language = 'en'): Promise<string> {
  const s = strings[language];
  const { title, chart } = await titledChart(result, s);
  const height = headHeight + (chart ? chartFrame.height : 40) + margin;
  const lines = [result.scenario, ...captions(result, s)];
  const picture = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" font-family="${fontFamily}"><title id="title">${s.picture.title(lines.join('. '))}</title><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="6" stroke="var(--hatch)" stroke-width="1.5"/></pattern></defs><rect width="${width}" height="${height}" fill="var(--surface)"/>${head(result, title, s)}${
    chart
      ? html`<g transform="translate(0,${headHeight})">${inner(chart)}</g>`
      : html`<text x="${margin}" y="${headHeight + 20}" font-size="13" fill="var(--ink2)">${s.picture.nothing}</text>`
  }</svg>
`;
  return inLight(picture.markup);
}

interface TitledChart {
  readonly title: string;
  readonly chart: Markup | undefined;
}

/** What most of the run is about; of a simulation its first load, because the same rules stand under every load. */
async function titledChart(result: Result, s: Strings): Promise<TitledChart> {
  if (isSimulation(result)) {
    return (await firstResponseChart(result, chartFrame, s, 'chart')) ?? { title: s.scaling.badge, chart: undefined };
  }
  const kind = drawableKinds(result)[0];
  return {
    title: s.percentiles.title(kind ?? 'search'),
    chart: kind && (await percentileChart(result, kind, chartFrame, s, 'chart')),
  };
}

function head(result: Result, title: string, s: Strings): Markup {
  return html`<text x="${margin}" y="26" font-size="15" font-weight="600" fill="var(--ink)">${result.scenario} · ${title}</text>${captions(
    result,
    s,
  ).map((line, place) => html`<text x="${margin}" y="${46 + place * 17}" font-size="12" fill="var(--ink3)">${line}</text>`)}`;
}

function captions(result: Result, s: Strings): string[] {
  const { components, provenance } = result;
  const engines = [
    ...new Set(
      components.filter(({ tier }) => tier === 'vector' || tier === 'postgres').map(({ engine, version }) => `${engine} ${version}`),
    ),
  ];
  const machine = `${provenance.cpuCount} × ${provenance.cpuModel}, ${joined(memory(provenance.memoryBytes))}, ${provenance.operatingSystem}`;
  return [
    // A picture travels without its report, so it says by itself that nothing was started.
    isSimulation(result) ? s.scaling.provenance.picture(sourceKinds(result)) : [...engines, machine].join(' · '),
    s.picture.run(
      decides(result) ? undefined : s.stamp[stampOf(result)],
      result.profile,
      result.runId,
      isSimulation(result) ? s.scaling.setting : s.setting([...new Set(result.variants.map((variant) => variant.resourceRule))]),
    ),
  ];
}

/** The compiled chart without its own background, as a group's content. */
function inner({ markup }: Markup): Markup {
  return trusted(markup.replace(' aria-hidden="true"', ''));
}

function inLight(svg: string): string {
  const values: Readonly<Record<string, string>> = light;
  return svg.replace(/var\(--([a-z0-9-]+)\)/g, (whole, name: string) => values[name] ?? whole);
}
