import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { rateColumns, timeColumns } from '../arrivals/rate-series/csv.ts';
import { milliValue } from '../autoscaling/hpa/quantity.ts';
import type { MetricSources } from '../autoscaling/rules/observed-metric.ts';
import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';
import { figures, ruleNames } from '../run/simulated/user/rules.ts';
import { goalPercentiles, type UserGoal } from '../run/simulated/user/user-scenario.ts';
import { assumedServiceTimes, simulateScaling } from './simulate-scaling.ts';
import { refuseStray } from './stray.ts';

type Goal = Pick<UserGoal, 'percentile' | 'responseMs'>;

interface ScalingFlags {
  autoscaler?: string;
  load?: string;
  serviceTimes?: string;
  printTemplate?: boolean;
  against?: string[];
  metric?: MetricSources;
  series?: string;
  sum?: boolean;
  scale: number;
  goal: Goal;
  errors: number;
  cpuRequest?: number;
  memoryRequest?: number;
  initialReplicas?: number;
  costPerReplicaHour?: number;
  replications: number;
  seed: number;
  out?: string;
  strict?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** Used until a flag says otherwise. */
const defaultGoal = { value: { percentile: 95, responseMs: 3000 } satisfies Goal, text: 'p95=3000ms' };
const defaultErrors = { value: 0.01, text: '1%' };
const defaultReplications = 5;
const mostReplicas = 10_000;

/** `p95=3000ms`, `p99=1.5s`. */
function goal(text: string): Goal {
  const [, percentile, value, unit] = /^p(\d+)=(\d+(?:\.\d+)?)(ms|s)$/.exec(text.trim()) ?? [];
  const known = goalPercentiles.find((each) => String(each) === percentile);
  const responseMs = Number(value) * (unit === 's' ? 1000 : 1);
  if (known === undefined || !(responseMs > 0)) {
    throw new InvalidArgumentError(
      `"${text}" is no goal such as p95=3000ms or p99=1.5s; percentiles are ${goalPercentiles.map((each) => `p${each}`).join(', ')}.`,
    );
  }
  return { percentile: known, responseMs };
}

/** A share as `0.01` or `1%`. */
function share(word: string): number {
  const value = Number(word.replace(/%$/, '')) / (word.endsWith('%') ? 100 : 1);
  if (word.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError(`"${word}" is no share such as 0.01 or 1%.`);
  }
  return value;
}

function numberFrom(least: number, what: string): (word: string) => number {
  return (word) => {
    const value = Number(word);
    if (word.trim() === '' || !Number.isFinite(value) || value < least) {
      throw new InvalidArgumentError(`"${word}" is no ${what}.`);
    }
    return value;
  };
}

function positive(word: string): number {
  const value = numberFrom(0, 'factor above 0')(word);
  if (value === 0) {
    throw new InvalidArgumentError(`"${word}" is no factor above 0.`);
  }
  return value;
}

function wholeNumber(least: number, most: number, what: string): (word: string) => number {
  return (word) => {
    const value = Number(word);
    if (word.trim() === '' || !(Number.isSafeInteger(value) && value >= least && value <= most)) {
      throw new InvalidArgumentError(`"${word}" is no whole number of ${what} from ${least} to ${most}.`);
    }
    return value;
  };
}

/** A Kubernetes quantity in thousandths. */
function quantity(word: string): number {
  let milli: number;
  try {
    milli = Number(milliValue(word));
  } catch (cause) {
    throw new InvalidArgumentError(`${(cause as RangeError).message}.`);
  }
  if (!(milli > 0)) {
    throw new InvalidArgumentError(`"${word}" is not above 0.`);
  }
  return milli;
}

function bytes(word: string): number {
  return Math.ceil(quantity(word) / 1000);
}

/** `NAME=FIGURE`; a name, which may be a query, may hold further equals signs. */
function metric(text: string, before: MetricSources | undefined): MetricSources {
  const place = text.lastIndexOf('=');
  const name = text.slice(0, Math.max(0, place));
  const word = text.slice(place + 1);
  const figure = figures.find((each) => each === word);
  if (name === '' || figure === undefined) {
    const suggestion = nearest(word, figures);
    throw new InvalidArgumentError(
      `"${text}" is not NAME=FIGURE, such as http_requests_per_second=arrivalsPerSecond; ${suggestion === undefined ? '' : `did you mean ${suggestion}? `}figures are ${figures.join(', ')}.`,
    );
  }
  return { ...before, [name]: figure };
}

function required(value: string | undefined, flag: string, what: string): string {
  if (value === undefined) {
    throw new Failure('usage', 'missing_option', `${flag} is missing: ${what}`, {
      hint: 'npm run -s scenario -- simulate scaling --autoscaler hpa.yaml --load rates.csv; --help tells of every flag',
    });
  }
  return value;
}

const help = `
The load (--load) is one of
  CSV whose first line names the columns: the time (${timeColumns.join(', ')}) as Unix seconds, Unix milliseconds or
  RFC 3339, and requests per second (${rateColumns.join(', ')}, or the column that --series names);
  the JSON of a Prometheus range query (/api/v1/query_range) with one series, or several of which --series names one.
Each rate holds until the next sample. Gaps, negative and missing values, and samples out of order are refused.

The service times (--service-times) say what one request meets. --print-template prints the profile that is assumed where none
is given, every field explained; put in what you measured.

Metrics of the autoscaler other than cpu and memory need --metric NAME=FIGURE, FIGURE being one of
  ${figures.join(', ')};
the NAME of a KEDA trigger is its name, else its query, list or queue. Lists and queues are the queue of the tier.

--against compares with further autoscalers: a file (a manifest, or the settings of a rule with its type), or the name of a rule:
  ${ruleNames.join(', ')}.

Exit codes: 0 the autoscaler kept the goal, 99 it did not, 97 no load or nothing answered, 78 a file that cannot be used, or
findings of the static checks under --strict, 64 a wrong command line.`;

/** `simulate scaling`: the user's own autoscaler under the user's own load. */
export function addScalingCommand(simulate: Command, seed: (word: string) => number, setExit: (code: number) => void): void {
  simulate
    .command('scaling [stray...]')
    .description('what your HPA or ScaledObject would have done with a load you recorded: replicas, goal and bill; nothing is started')
    .option('--autoscaler <file>', 'a HorizontalPodAutoscaler (autoscaling/v2) or a ScaledObject of KEDA')
    .option('--load <file>', 'requests per second over time: CSV, or the JSON of a Prometheus range query')
    .option('--service-times <file>', 'YAML or JSON: what a request meets and how long it takes (default: assumed)')
    .option('--print-template', 'print the assumed service times, explained, and do nothing else')
    .option('--against <file|rule>', 'compare with it too; may be given again', (word: string, before?: string[]) => [
      ...(before ?? []),
      word,
    ])
    .option('--metric <NAME=FIGURE>', 'what stands for a metric of the autoscaler; may be given again', metric)
    .option('--series <name>', 'the column or the labels of the series to take, where the load has several')
    .option('--sum', 'add up all columns or series of the load')
    .option('--scale <factor>', 'multiply every rate', positive, 1)
    .addOption(
      new Option('--goal <percentile=time>', 'what responses are held to').argParser(goal).default(defaultGoal.value, defaultGoal.text),
    )
    .addOption(new Option('--errors <share>', 'of the requests may fail').argParser(share).default(defaultErrors.value, defaultErrors.text))
    .option('--cpu-request <quantity>', 'of one pod, such as 500m, in place of that of the service times', quantity)
    .option('--memory-request <quantity>', 'of one pod, such as 1Gi, in place of that of the service times', bytes)
    .option(
      '--initial-replicas <number>',
      'ready at the beginning (default: the least of the autoscaler)',
      wholeNumber(0, mostReplicas, 'replicas'),
    )
    .option('--cost-per-replica-hour <price>', 'in any currency', numberFrom(0, 'price'))
    .option(
      '--replications <number>',
      'runs with a seed of their own, for intervals',
      wholeNumber(1, 100, 'replications'),
      defaultReplications,
    )
    .option('--seed <number>', 'decides arrivals and service times', seed, 1)
    .option('--out <folder>', 'an empty or new folder for the results (default: out/<run id>)')
    .option('--strict', 'exit 78 when the static checks find something, 97 when anything is undecided')
    .option('--json', 'print result.json on stdout instead of the table')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', help)
    .action(async (stray: string[], flags: ScalingFlags) => {
      refuseStray(stray, 'npm run -s scenario -- simulate scaling --autoscaler FILE --load FILE');
      if (flags.printTemplate === true) {
        process.stdout.write(await readFile(assumedServiceTimes, 'utf8'));
        return;
      }
      if (flags.sum === true && flags.series !== undefined) {
        throw new Failure('usage', 'series_and_sum', `--series ${flags.series} and --sum contradict each other`, {
          hint: 'leave one of them out',
        });
      }
      setExit(
        await simulateScaling({
          autoscaler: required(flags.autoscaler, '--autoscaler', 'the file of the HorizontalPodAutoscaler or ScaledObject'),
          load: required(flags.load, '--load', 'the file of requests per second over time'),
          serviceTimes: flags.serviceTimes,
          against: flags.against ?? [],
          metricSources: flags.metric ?? {},
          choice: { series: flags.series, sum: flags.sum },
          scale: flags.scale,
          goal: { ...flags.goal, errorShare: flags.errors },
          requests: { cpuMillicores: flags.cpuRequest, memoryBytes: flags.memoryRequest },
          initialReplicas: flags.initialReplicas,
          costPerReplicaHour: flags.costPerReplicaHour,
          replications: flags.replications,
          seed: flags.seed,
          outputDirectory: flags.out === undefined ? undefined : path.resolve(flags.out),
          strict: flags.strict === true,
          json: flags.json === true,
          quiet: flags.quiet === true,
        }),
      );
    });
}
