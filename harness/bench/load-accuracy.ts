import { modelledResponsesMs, percentileOf, startStallingServer } from '../load/testing/start-stalling-server.ts';
import { runValidStep, type ValidStep } from '../load/testing/valid-step.ts';
import { dispersionIndex } from '../measurement/dispersion.ts';
import { type BenchSettings, slowServiceMs, warmUpSeconds, withGenerator } from './load-bench.ts';
import { steadyMs } from './load-engine.ts';
import { startTarget } from './load-peers.ts';
import { atLeast, atMost, between, type Row } from './load-table.ts';

/** Windows that the machine did not disturb, of which there may be none; never chosen by their results. */
async function undisturbed(
  title: string,
  { repetitions, note }: BenchSettings,
  run: (repetition: number) => Promise<ValidStep>,
): Promise<{ steps: ValidStep[]; reason?: string }> {
  const steps: ValidStep[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    note(`${title}, repetition ${repetition + 1} of ${repetitions}`);
    try {
      steps.push(await run(repetition));
    } catch (error) {
      return { steps, reason: (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 2).join(' ') };
    }
  }
  return { steps };
}

/** Rate and dispersion of the arrivals as a server sees them. */
export async function arrivalRows(settings: BenchSettings): Promise<Row[]> {
  const ratePerSecond = 1000;
  const binMs = 10;
  const { seconds } = settings;
  const of = async (arrivals: 'constant' | 'poisson') =>
    withGenerator(settings, async (_, generator) => {
      // A long service time makes a lag matter less to the verdict; it does not move an arrival.
      await using server = await startStallingServer(60);
      return await undisturbed(`${arrivals} arrivals`, settings, async (repetition) =>
        runValidStep({
          generator,
          server,
          folder: settings.folder,
          arrivals,
          ratePerSecond,
          warmUpSeconds,
          steadySeconds: seconds,
          connections: 256,
          seed: repetition + 1,
        }),
      );
    });
  const seenIn = ({ observation, plan, truth }: ValidStep) => {
    const fromMs = observation.startedAtMs + plan.warmUpMs;
    return truth.arrivalsMs.map((arrivalMs) => arrivalMs - fromMs).filter((arrivalMs) => arrivalMs >= 0 && arrivalMs < plan.steadyMs);
  };
  const planned = ratePerSecond * seconds;
  const error = (step: ValidStep) => Math.abs(seenIn(step).length / planned - 1);
  const dispersion = (step: ValidStep) => dispersionIndex(seenIn(step), seconds * 1000, binMs);
  const [constant, poisson] = [await of('constant'), await of('poisson')];
  const note = (reason: string | undefined) => (reason === undefined ? {} : { note: reason });
  return [
    {
      title: 'rate error, constant, at the server',
      kind: 'figure',
      unit: '%',
      values: constant.steps.map((step) => 100 * error(step)),
      target: atMost(0.1, '≤ 0.1 %'),
      ...note(constant.reason),
    },
    {
      title: 'rate error, Poisson, × √N',
      kind: 'figure',
      values: poisson.steps.map((step) => error(step) * Math.sqrt(planned)),
      target: atMost(3),
      ...note(poisson.reason),
    },
    {
      title: 'dispersion per 10 ms, constant',
      kind: 'figure',
      values: constant.steps.map(dispersion),
      target: atMost(0.2),
      ...note(constant.reason),
    },
    {
      title: 'dispersion per 10 ms, Poisson',
      kind: 'figure',
      values: poisson.steps.map(dispersion),
      target: between(0.85, 1.15),
      ...note(poisson.reason),
    },
  ];
}

/** Percentiles through a server that stalls 500 ms every 10 s, against what follows from when it stalled. */
export async function stallRows(settings: BenchSettings): Promise<Row[]> {
  const stallEveryMs = settings.seconds >= 10 ? 10_000 : 3_000;
  const stallMs = stallEveryMs / 20;
  // At least one whole stall belongs to every window.
  const steadySeconds = Math.max(settings.seconds, (2 * stallEveryMs) / 1000);
  const { steps, reason } = await withGenerator(settings, async (_, generator) => {
    await using server = await startStallingServer(slowServiceMs, stallMs, stallEveryMs);
    return await undisturbed('a stalling server', settings, async (repetition) =>
      runValidStep({
        generator,
        server,
        folder: settings.folder,
        arrivals: 'poisson',
        ratePerSecond: 1000,
        warmUpSeconds,
        steadySeconds,
        connections: 64,
        seed: repetition + 1,
        needsP999: true,
      }),
    );
  });
  const error = (percentile: number) =>
    steps.map(({ observation, plan, truth }) => {
      const intendedMs = plan.offsetsUs
        .filter((offsetUs) => offsetUs >= plan.warmUpMs * 1000)
        .map((offsetUs) => observation.startedAtMs + offsetUs / 1000);
      const exact = percentileOf(modelledResponsesMs(intendedMs, slowServiceMs, truth.stalls), percentile);
      return 100 * Math.abs(steadyMs(observation, 'response', percentile) / exact - 1);
    });
  return [99, 99.9].map(
    (percentile): Row => ({
      title: `stalls of ${stallMs} ms every ${stallEveryMs / 1000} s: p${percentile} off the truth by`,
      kind: 'figure',
      unit: '%',
      values: error(percentile),
      target: atMost(5, '≤ 5 %'),
      ...(reason === undefined ? {} : { note: reason }),
    }),
  );
}

/** The schedule that two generators name for one seed, and for another. */
export async function scheduleRow(settings: BenchSettings): Promise<Row> {
  settings.note('schedules of one seed');
  await using target = await startTarget();
  const hashOf = async (seed: number) =>
    withGenerator(settings, async (engine) => {
      const window = {
        port: target.port,
        connections: 8,
        arrivals: 'poisson',
        ratePerSecond: 500,
        warmUpSeconds: 0,
        steadySeconds: 1,
        seed,
      } as const;
      return (await engine.open(window)).observation.generator.scheduleHash;
    });
  const [first, second, other] = [await hashOf(7), await hashOf(7), await hashOf(8)];
  return {
    title: 'same seed, same schedule hash; another seed, another',
    kind: 'figure',
    values: [first === second && first !== other ? 1 : 0],
    target: atLeast(1, '1'),
    note: first.slice(0, 12),
  };
}
