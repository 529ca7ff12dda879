import { arrivalsText } from '../harness/contract/arrivals.ts';
import type { Result } from '../harness/contract/result.ts';
import { count, figure, joined, memory, percent, span } from './numbers.ts';
import { isSimulation, loadGroups, simulatedVariants } from './scaling/groups.ts';
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

type Fact = readonly [string, string];

/** What was filled, asked and watched. */
function drivenFacts(result: Result, s: Strings): Fact[] {
  const { settings, workload } = result;
  const weights = Object.entries(workload.mix)
    .filter(([, weight]) => weight > 0)
    .map(([kind, weight]) => `${s.kind[kind as keyof typeof s.kind]} ${weight}`)
    .join(' : ');
  return [
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
        loadText(result, s),
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
  ];
}

/** How much virtual time and how many events there were; no corpus was filled and no window watched. */
function simulatedFacts(result: Result, s: Strings): Fact[] {
  const variants = simulatedVariants(result);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const virtual = sum(variants.map(({ simulated }) => simulated.variant.seconds));
  const events = sum(variants.map(({ simulated }) => simulated.run.events));
  const loads = loadGroups(result).map(({ title }) => title);
  return [[s.scaling.provenance.simulated, s.scaling.provenance.simulatedText(loads, span(virtual * 1000), count(events))]];
}

/** Term and text of each line, for every renderer. */
export function provenanceFacts(result: Result, s: Strings): Fact[] {
  const { provenance, settings } = result;
  const simulated = isSimulation(result);
  const state = provenance.dirty === undefined ? s.provenance.unknownState : provenance.dirty ? s.provenance.dirty : s.provenance.clean;
  const length = Date.parse(provenance.finishedAt) - Date.parse(provenance.startedAt);
  const versions = Object.entries(provenance.versions).map(([name, version]) => `${name} ${version}`);
  const machineText = simulated ? s.scaling.provenance.machineText : s.provenance.machineText;
  return [
    [s.provenance.runId, result.runId],
    [s.provenance.commit, provenance.commit === undefined ? `– ${s.provenance.unknownCommit}` : `${provenance.commit}, ${state}`],
    [s.provenance.plan, s.provenance.planText(result.variants.length, settings.repetitions, result.seed, provenance.configurationHash)],
    ...(simulated ? simulatedFacts(result, s) : drivenFacts(result, s)),
    [
      s.provenance.platform,
      s.provenance.platformText(result.platform.id, result.platform.requested, result.platform.why, result.platform.engine),
    ],
    ...images(result, s),
    [
      s.provenance.machine,
      machineText(provenance.cpuCount, provenance.cpuModel, joined(memory(provenance.memoryBytes)), provenance.operatingSystem),
    ],
    ...(provenance.generator === undefined
      ? []
      : [
          [
            s.provenance.generator,
            s.provenance.generatorText(provenance.generator.processes, provenance.generator.realTimeScheduling),
          ] as const,
        ]),
    [s.provenance.runtime, [`${s.product} ${provenance.version}`, `Node ${provenance.node}`, ...versions].join(' · ')],
    [s.provenance.duration, s.provenance.durationText(span(Math.max(0, length)), utc(provenance.startedAt))],
  ];
}
