import { z } from 'zod';
import { nonNegative, positiveInteger } from './common.ts';

/**
 * Coefficient of variation of the gaps: 1 is Poisson, below more even, above in bursts. Measured production traffic has
 * rate-weighted CVs from about 1 to 27 (BurstGPT and ServeGen papers), which the bounds leave room for.
 */
const coefficientOfVariation = z.number().min(0.01).max(30);

const burstStateSchema = z.strictObject({
  /** Rate in this state, relative to the others; the mean over all states is brought to the asked rate. 0 = silence. */
  rateFactor: nonNegative.max(1000),
  /** Mean stay, exponentially distributed, in seconds of the clock and not of a rate profile. */
  meanSeconds: z.number().min(0.001).max(604_800),
});

export const traceFormatSchema = z.enum(['ragpulse', 'azure', 'csv']);
export type TraceFormat = z.infer<typeof traceFormatSchema>;

const traceArrivalsSchema = z
  .strictObject({
    process: z.literal('trace'),
    /** Absolute, or relative to the folder of the project. */
    file: z.string().min(1),
    format: traceFormatSchema,
    /** How much faster than recorded. Where absent, the speed at which the mean rate of the trace is the asked one. */
    timeScale: z.number().positive().optional(),
    /** Only the first so many requests; later lines are not read. */
    firstRequests: positiveInteger.optional(),
    /**
     * The published RAGPulse file holds two weeks one after the other, each counted from its own beginning. `consecutive`
     * (where absent) replays them in turn, as they happened; `folded` lays them over each other, as the published
     * figures do.
     */
    weeks: z.enum(['consecutive', 'folded']).optional(),
    /**
     * A recording with fewer requests than the window expects is refused (where absent), or replayed more slowly, so that it
     * just fills the window.
     */
    whenShort: z.enum(['refuse', 'slow-down']).optional(),
    /**
     * `recorded`: the n-th question is that of the n-th recorded request, and comes again exactly where that does. `drawn`
     * (where absent): questions are those of the workload, and the trace says only when.
     */
    questions: z.enum(['recorded', 'drawn']).optional(),
    /**
     * `recorded`: the model writes as many tokens for the n-th question as it did when that was recorded; every request of the file must
     * tell. `drawn` (where absent): as the preset of the provider has it.
     */
    answerLengths: z.enum(['recorded', 'drawn']).optional(),
  })
  .refine(({ format, weeks }) => weeks === undefined || format === 'ragpulse', {
    path: ['weeks'],
    error: 'only the format ragpulse has weeks; leave it out',
  });
export type TraceArrivals = z.infer<typeof traceArrivalsSchema>;

/** An arrival process with its parameters. */
const arrivalProcessSchema = z.discriminatedUnion('process', [
  z.strictObject({ process: z.literal('constant') }),
  z.strictObject({ process: z.literal('poisson') }),
  z.strictObject({ process: z.literal('gamma'), cv: coefficientOfVariation }),
  z.strictObject({ process: z.literal('weibull'), cv: coefficientOfVariation }),
  z.strictObject({
    process: z.literal('mmpp'),
    /** From each state the process moves to any other with equal probability. */
    states: z
      .array(burstStateSchema)
      .min(2)
      .max(16)
      .refine(
        (states) => states.length === 0 || states.some(({ rateFactor }) => rateFactor > 0),
        'at least one rateFactor must be above 0',
      ),
  }),
  traceArrivalsSchema,
]);
export type ArrivalSettings = z.infer<typeof arrivalProcessSchema>;

/** A process without parameters may be given by its name alone. */
export const arrivalsSchema = z.union([z.enum(['constant', 'poisson']), arrivalProcessSchema]);
export type Arrivals = z.infer<typeof arrivalsSchema>;

/** The settings that a name alone stands for. */
export function arrivalSettings(arrivals: Arrivals): ArrivalSettings {
  return typeof arrivals === 'string' ? { process: arrivals } : arrivals;
}

/** A process with its parameters in a few words, such as `gamma (CV 2)`. Of a file only the name: paths are private. */
export function arrivalsText(arrivals: Arrivals): string {
  const settings = arrivalSettings(arrivals);
  switch (settings.process) {
    case 'constant':
    case 'poisson':
      return settings.process;
    case 'gamma':
    case 'weibull':
      return `${settings.process} (CV ${settings.cv})`;
    case 'mmpp':
      return `mmpp (${settings.states.map(({ rateFactor, meanSeconds }) => `× ${rateFactor} for ${meanSeconds} s`).join(', ')})`;
    case 'trace': {
      const { file, format, weeks, timeScale, firstRequests, questions, answerLengths } = settings;
      const parts = [
        `${format}: ${file.split(/[\\/]/).at(-1)}`,
        ...(weeks === undefined ? [] : [`weeks ${weeks}`]),
        ...(firstRequests === undefined ? [] : [`first ${firstRequests} requests`]),
        timeScale === undefined ? 'scaled to the rate' : `time × ${timeScale}`,
        ...(questions === 'recorded' ? ['questions as recorded'] : []),
        ...(answerLengths === 'recorded' ? ['answers as long as recorded'] : []),
      ];
      return `trace (${parts.join(', ')})`;
    }
  }
}

const rate = z.number().positive();

/** λ(t): requests per second over a window that begins at 0 s. */
export const rateProfileSchema = z.discriminatedUnion('shape', [
  z.strictObject({ shape: z.literal('constant'), ratePerSecond: rate }),
  /** A straight line over the whole window. */
  z
    .strictObject({ shape: z.literal('ramp'), fromPerSecond: nonNegative, toPerSecond: nonNegative })
    .refine(({ fromPerSecond, toPerSecond }) => fromPerSecond + toPerSecond > 0, {
      path: ['toPerSecond'],
      error: 'one end of the ramp must be above 0',
    }),
  z.strictObject({
    shape: z.literal('step'),
    /** Each rate holds until the next begins, the last to the end. */
    steps: z
      .array(z.strictObject({ fromSeconds: nonNegative, ratePerSecond: nonNegative }))
      .min(1)
      .superRefine((steps, context) => {
        for (const [index, { fromSeconds }] of steps.entries()) {
          const previous = steps[index - 1]?.fromSeconds;
          if (previous === undefined ? fromSeconds !== 0 : fromSeconds <= previous) {
            context.addIssue({
              code: 'custom',
              path: [index, 'fromSeconds'],
              message: `${previous === undefined ? 'the first step must begin at 0' : `steps must ascend, the one before begins at ${previous}`}, received ${fromSeconds}`,
            });
          }
        }
      })
      .refine(
        (steps) => steps.length === 0 || steps.some(({ ratePerSecond }) => ratePerSecond > 0),
        'at least one ratePerSecond must be above 0',
      ),
  }),
  /** A base with one rectangular spike. */
  z.strictObject({
    shape: z.literal('spike'),
    basePerSecond: nonNegative,
    peakPerSecond: rate,
    atSeconds: nonNegative,
    widthSeconds: z.number().positive(),
  }),
  /** A wave that repeats: a cosine by its amplitude, or any shape by weights that divide the period evenly. */
  z
    .strictObject({
      shape: z.literal('diurnal'),
      /** Mean over a whole period. */
      meanPerSecond: rate,
      /** 86,400 where absent. */
      periodSeconds: z.number().positive().optional(),
      /** Share of the mean by which the cosine rises and falls. */
      amplitude: z.number().min(0).max(1).optional(),
      /** The first crest of the cosine; 0 where absent. Negative means that it was before the window. */
      peakAtSeconds: z.number().optional(),
      weights: z
        .array(nonNegative)
        .min(2)
        .refine((weights) => weights.length === 0 || weights.some((weight) => weight > 0), 'at least one weight must be above 0')
        .optional(),
    })
    .refine(({ amplitude, weights }) => (amplitude === undefined) !== (weights === undefined), {
      path: ['amplitude'],
      error: 'give either amplitude or weights',
    })
    .refine(({ peakAtSeconds, weights }) => peakAtSeconds === undefined || weights === undefined, {
      path: ['peakAtSeconds'],
      error: 'only a cosine has a crest; with weights the first weight begins the window',
    }),
  /** One rate held for long, reached by a straight line so that the beginning is no spike. */
  z.strictObject({ shape: z.literal('soak'), ratePerSecond: rate, rampUpSeconds: nonNegative }),
]);
export type RateProfile = z.infer<typeof rateProfileSchema>;
