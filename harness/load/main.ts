import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Failure } from '../contract/failure.ts';
import { parseOrFail } from '../contract/parse.ts';
import { loadPlanSchema } from '../contract/plan.ts';
import { executePlan } from './execute-plan.ts';
import { observationFileName } from './output-files.ts';
import { type Epoch, epochIn, type GeneratorEvent, stopLine } from './protocol.ts';
import { runsInRealTime } from './real-time.ts';

/**
 * The load generator: a process of its own, so that its clock and its CPU are not the runner's. Each line of its standard
 * input is the absolute path of a load plan, the start line of the one that is armed, or `stop`; its standard output is one event per line. It ends when its
 * standard input does: whoever started it holds that as its leash.
 */
const realTimeScheduling = runsInRealTime();
const emit = (event: GeneratorEvent) => process.stdout.write(`${JSON.stringify(event)}\n`);

// Ctrl-C reaches the whole process group; whether a step is cut short is for the runner to decide.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => process.exit(0));
// Without a reader there is nobody left to generate load for.
process.stdout.on('error', () => process.exit(0));

/** Of the plans that were taken and have not ended, in order; they are executed one after the other. */
const unfinished: AbortController[] = [];
let queue = Promise.resolve();
/** Settled by the start line that the armed plan awaits. */
let starting: PromiseWithResolvers<Epoch> | undefined;

async function execute(planFile: string, signal: AbortSignal): Promise<void> {
  let stepId = path.basename(planFile);
  try {
    const plan = parseOrFail(loadPlanSchema, JSON.parse(readFileSync(planFile, 'utf8')), `load plan ${planFile}`);
    stepId = plan.stepId;
    const agreeOnEpoch = () => {
      starting = Promise.withResolvers<Epoch>();
      emit({ event: 'armed', stepId: plan.stepId });
      return starting.promise;
    };
    await executePlan(plan, { onEvent: emit, signal, realTimeScheduling, agreeOnEpoch });
    emit({ event: 'done', stepId, observationFile: path.join(plan.outputDirectory, observationFileName) });
  } catch (error) {
    const code = error instanceof Failure ? error.code : 'generator_failed';
    emit({ event: 'failed', stepId, code, message: error instanceof Error ? error.message : String(error) });
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const epoch = epochIn(line);
    if (epoch !== undefined) {
      starting?.resolve(epoch);
    } else if (line === stopLine) {
      unfinished[0]?.abort();
    } else if (line.trim() !== '') {
      const controller = new AbortController();
      unfinished.push(controller);
      queue = queue.then(async () => {
        await execute(line, controller.signal);
        unfinished.shift();
      });
    }
  })
  .on('close', () => process.exit(0));

emit({ event: 'ready', realTimeScheduling });
