import { arrivalsText } from '../harness/contract/arrivals.ts';
import type { Result } from '../harness/contract/result.ts';
import { count, figure, joined, memory, percent, span } from './numbers.ts';
import type { Strings } from './strings.ts';
import { utc } from './validity-text.ts';

/** The container images that served, each once. */
function images({ components }: Pick<Result, 'components'>, s: Strings): (readonly [string, string])[] {
  const named = components.flatMap(({ image, standIn }) =>
    image === undefined ? [] : [`${image}${standIn === true ? ` (${s.first.standIn})` : ''}`],
  );
  return named.length === 0 ? [] : [[s.provenance.images, [...new Set(named)].join(' · ')]];
}

/** Each way in which the variants were loaded, once. */
function loadText(
  { variants, overloads = [], workload, settings }: Pick<Result, 'variants' | 'overloads' | 'workload' | 'settings'>,
  s: Strings,
): string {
  const texts = variants.map(({ rateOf, workload: own = workload }) => {
    const arrivals = arrivalsText(own.arrivals);
    if (own.closedLoop !== undefined) {
      return s.provenance.usersAsk(count(own.closedLoop.users));
    }
    return rateOf === undefined
      ? s.provenance.openLoad(arrivals, joined(figure('offered-rate', settings.judgedRatePerSecond)))
      : s.provenance.openAsUsers(arrivals);
  });
  return [...new Set(texts), ...(overloads.length === 0 ? [] : [s.provenance.rising])].join(', ');
}

/** Term and text of each line, for every renderer. */
export function provenanceFacts({ provenance, settings, workload, ...result }: Result, s: Strings): (readonly [string, string])[] {
  const state = provenance.dirty === undefined ? s.provenance.unknownState : provenance.dirty ? s.provenance.dirty : s.provenance.clean;
  const weights = Object.entries(workload.mix)
    .filter(([, weight]) => weight > 0)
    .map(([kind, weight]) => `${s.kind[kind as keyof typeof s.kind]} ${weight}`)
    .join(' : ');
  const length = Date.parse(provenance.finishedAt) - Date.parse(provenance.startedAt);
  const versions = Object.entries(provenance.versions).map(([name, version]) => `${name} ${version}`);
  return [
    [s.provenance.runId, result.runId],
    [s.provenance.commit, provenance.commit === undefined ? `– ${s.provenance.unknownCommit}` : `${provenance.commit}, ${state}`],
    [s.provenance.plan, s.provenance.planText(result.variants.length, settings.repetitions, result.seed, provenance.configurationHash)],
    [
      s.provenance.corpus,
      s.provenance.corpusText(
        count(settings.documents),
        settings.dimensions,
        workload.corpus.tenants,
        percent(workload.corpus.chineseShare),
      ),
    ],
    [
      s.provenance.workload,
      s.provenance.workloadText(
        loadText({ ...result, workload, settings }, s),
        weights,
        `${count(workload.deadlineMs)} ms`,
        settings.connections ?? workload.connections,
      ),
    ],
    [
      s.provenance.windows,
      [
        s.provenance.windowsText(`${count(settings.warmUpSeconds)} s`, `${count(settings.steadySeconds)} s`),
        ...(settings.sampledHistory === true ? [s.provenance.sampled] : []),
      ].join(' · '),
    ],
    [
      s.provenance.platform,
      s.provenance.platformText(result.platform.id, result.platform.requested, result.platform.why, result.platform.engine),
    ],
    ...images(result, s),
    [
      s.provenance.machine,
      s.provenance.machineText(
        provenance.cpuCount,
        provenance.cpuModel,
        joined(memory(provenance.memoryBytes)),
        provenance.operatingSystem,
      ),
    ],
    [s.provenance.runtime, [`${s.product} ${provenance.version}`, `Node ${provenance.node}`, ...versions].join(' · ')],
    [s.provenance.duration, s.provenance.durationText(span(Math.max(0, length)), utc(provenance.startedAt))],
  ];
}
