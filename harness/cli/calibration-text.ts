import type { CalibratedModel, Calibration, Tail } from '../simulation/calibration/calibrate.ts';

const tails: readonly Tail[] = ['p50', 'p95', 'p99'];
const modelNames = { 'own-cores': 'own cores', 'shared-machine': 'shared machine' } as const;

const signed = (share: number) => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(0)} %`;
const share = (value: number) => `${(100 * value).toFixed(0)} %`;
const milliseconds = (value: number) => `${value.toFixed(value < 100 ? 2 : 0)} ms`;
const range = ({ low, high }: { readonly low: number; readonly high: number }) =>
  low === high ? signed(low) : `${signed(low)} … ${signed(high)}`;

/** Columns of text, the first flush left and the others flush right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join('');
}

function predictionOf(model: CalibratedModel, ratePerSecond: number, tail: Tail): readonly [string, string] {
  const rung = model.rungs.find((one) => one.ratePerSecond === ratePerSecond);
  const figure = rung?.figures?.[tail];
  if (figure === undefined) {
    return ['unstable', ''];
  }
  return [milliseconds(figure.ms), rung?.kind === 'fit' ? 'fit' : signed(figure.error)];
}

function predictions({ measured, models, runVariation }: Calibration): string {
  const head = [
    'rate',
    '',
    'measured',
    ...models.flatMap(({ id }) => [modelNames[id], 'error']),
    ...(runVariation === undefined ? [] : [`runs at ${runVariation.ratePerSecond}/s`]),
  ];
  const rows = measured.flatMap(({ ratePerSecond, response }) =>
    tails.map((tail, index) => [
      index === 0 ? `${ratePerSecond}/s` : '',
      tail,
      milliseconds(response[tail]),
      ...models.flatMap((model) => predictionOf(model, ratePerSecond, tail)),
      ...(runVariation === undefined ? [] : [range(runVariation[tail])]),
    ]),
  );
  return table([head, ...rows]);
}

/** How full the machine was, and how full each model takes its busiest station to be. */
function fullness({ measured, models, leftOut, calibratedAtPerSecond }: Calibration): string {
  const calibrating = measured.find(({ ratePerSecond }) => ratePerSecond === calibratedAtPerSecond);
  const head = ['rate', 'offered', 'CPU per job', '', 'machine busy', ...models.map(({ id }) => `${modelNames[id]} busy`), ''];
  const rows = measured.map(({ ratePerSecond, offeredPerSecond, utilisation, systemCpuMs, isExtrapolated }) => [
    `${ratePerSecond}/s`,
    `${offeredPerSecond.toFixed(1)}/s`,
    milliseconds(systemCpuMs),
    calibrating === undefined || ratePerSecond === calibratedAtPerSecond ? 'fit' : signed(systemCpuMs / calibrating.systemCpuMs - 1),
    share(utilisation),
    ...models.map(({ rungs }) => share(rungs.find((rung) => rung.ratePerSecond === ratePerSecond)?.utilisation ?? Number.NaN)),
    isExtrapolated ? 'beyond what was measured' : '',
  ]);
  const others = leftOut.map(({ ratePerSecond, kind, utilisation }) => [
    `${ratePerSecond}/s`,
    '',
    '',
    '',
    '',
    ...models.map(({ id }) => share(utilisation[id])),
    `left out, ${kind}`,
  ]);
  return table([head, ...rows, ...others]);
}

/** How many of the predicted figures are off by no more than the repetitions were. */
function withinRuns({ rungs }: CalibratedModel, runVariation: Calibration['runVariation']): string {
  const figures = rungs.flatMap(({ kind, figures: found }) =>
    kind === 'prediction' && found !== undefined ? tails.map((tail) => ({ tail, error: found[tail].error })) : [],
  );
  if (runVariation === undefined || figures.length === 0) {
    return '';
  }
  const within = figures.filter(({ tail, error }) => error >= runVariation[tail].low && error <= runVariation[tail].high);
  return `; ${within.length} of ${figures.length} figures are off by no more than a repetition`;
}

function answer({ models, runVariation, calibratedAtPerSecond, variant }: Calibration): string {
  const lines = models.map((model) => {
    const { id, rungs } = model;
    const errors = rungs.flatMap(({ kind, figures }) => (kind === 'prediction' && figures !== undefined ? [figures.p95.error] : []));
    const unstable = rungs.filter(({ kind }) => kind === 'unstable').map(({ ratePerSecond }) => `${ratePerSecond}/s`);
    const said =
      errors.length === 0
        ? 'no other rung'
        : `p95 of ${errors.length} other rung${errors.length === 1 ? '' : 's'} with an error of ${range({ low: Math.min(...errors), high: Math.max(...errors) })}`;
    return `  ${modelNames[id]} predicts ${said}${withinRuns(model, runVariation)}${
      unstable.length === 0 ? '' : `; unstable at ${unstable.join(', ')}, where nothing is predicted`
    }\n`;
  });
  const runs =
    runVariation === undefined
      ? '  one repetition only: how much runs differ is not known\n'
      : `  ${runVariation.repetitions} repetitions at ${runVariation.ratePerSecond}/s differ in p95 by ${range(runVariation.p95)}\n`;
  return `${variant}, calibrated at ${calibratedAtPerSecond}/s:\n${lines.join('')}${runs}`;
}

/** Where chance alone filled simulated windows, the means depend on how long they are. */
function overloadedText({ models, windows }: Calibration): string[] {
  return models.flatMap(({ id, rungs }) =>
    rungs.flatMap(({ ratePerSecond, overloadedWindows = 0 }) =>
      overloadedWindows === 0
        ? []
        : [
            `${modelNames[id]} at ${ratePerSecond}/s: ${overloadedWindows} of ${windows} windows were asked for more than could be served\n`,
          ],
    ),
  );
}

/** The calibration as a table: the answer first, then every rung, then where each figure came from. */
export function calibrationText(calibration: Calibration): string {
  const { leftOut, models, sources, notTold, runId, windows, seed } = calibration;
  return [
    answer(calibration),
    predictions(calibration),
    fullness(calibration),
    ...overloadedText(calibration),
    ...(leftOut.length === 0
      ? []
      : [`left out:\n${leftOut.map(({ ratePerSecond, kind, why }) => `  ${ratePerSecond}/s is ${kind}: ${why}\n`).join('')}`]),
    `models, ${windows} simulated windows per rate, seed ${seed}:\n${models.map(({ id, text }) => `  ${modelNames[id]}: ${text}\n`).join('')}`,
    `from run ${runId}:\n${sources.map(({ figure, value, from }) => `  ${figure}: ${value}\n    ${from}\n`).join('')}`,
    `not told by the result:\n${notTold.map((text) => `  ${text}\n`).join('')}`,
  ].join('\n');
}
