import type { Scenario } from '../harness/contract/scenario.ts';
import { loadTest } from './load-test.ts';
import { scalingRules } from './scaling-rules.ts';
import { singleVsSharded } from './single-vs-sharded.ts';
import { traceReplay } from './trace-replay.ts';

/** Every scenario, in the order in which `list` shows them. To add one: write `<id>.ts` beside this file and name it here. */
export const scenarios: readonly Scenario[] = [singleVsSharded, loadTest, traceReplay, scalingRules];
