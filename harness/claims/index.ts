import type { Claim, JudgedClaim } from '../contract/claim.ts';
import { askbotConnectionLimit } from './askbot-connection-limit.ts';
import { askbotEvenRanges } from './askbot-even-ranges.ts';
import { askbotHitResponseTime } from './askbot-hit-response-time.ts';
import { askbotHpaBounds } from './askbot-hpa-bounds.ts';
import { askbotHpaCpu } from './askbot-hpa-cpu.ts';
import { askbotHpaMemory } from './askbot-hpa-memory.ts';
import { askbotHpaScaleDown } from './askbot-hpa-scale-down.ts';
import { askbotHpaScaleUp } from './askbot-hpa-scale-up.ts';
import { askbotLlmShare } from './askbot-llm-share.ts';
import { askbotLoadHitRatio } from './askbot-load-hit-ratio.ts';
import { askbotLoadMix } from './askbot-load-mix.ts';
import { askbotLoadQuestions } from './askbot-load-questions.ts';
import { askbotLoadSuccess } from './askbot-load-success.ts';
import { askbotLoadThroughput } from './askbot-load-throughput.ts';
import { askbotLoadUsers } from './askbot-load-users.ts';
import { askbotMemoryExhaustion } from './askbot-memory-exhaustion.ts';
import { askbotP95Target } from './askbot-p95-target.ts';
import { askbotPeakSlowdown } from './askbot-peak-slowdown.ts';
import { askbotLoadMean, askbotLoadP95, askbotLoadP99 } from './askbot-response-times.ts';
import { askbotScatterGather } from './askbot-scatter-gather.ts';
import { askbotShardNumber } from './askbot-shard-number.ts';
import { undisturbed } from './disturbance.ts';
import { engineeringAlertHitRatio } from './engineering-alert-hit-ratio.ts';
import { engineeringScaleCpu80 } from './engineering-scale-cpu-80.ts';
import { engineeringScaleIn30 } from './engineering-scale-in-30.ts';
import { engineeringScaleQueue100 } from './engineering-scale-queue-100.ts';
import { engineeringShardRouting } from './engineering-shard-routing.ts';
import { engineeringStreamFirstEvent } from './engineering-stream-first-event.ts';
import { type Findings, indecisive, type Judge, settingOf } from './judge.ts';
import { productionErrorRatio } from './production-error-ratio.ts';
import { productionQpsMedium } from './production-qps-medium.ts';
import { productionRecall10 } from './production-recall-10.ts';
import { productionScaleIn1000 } from './production-scale-in-1000.ts';
import { productionScaleOut5000 } from './production-scale-out-5000.ts';
import { productionTimeoutRatio } from './production-timeout-ratio.ts';
import { productionTriggerCpu } from './production-trigger-cpu.ts';
import { productionTriggerMemory } from './production-trigger-memory.ts';
import { productionTriggerP95 } from './production-trigger-p95.ts';
import { productionTriggerThroughput } from './production-trigger-throughput.ts';
import { productionP50, productionP95, productionP99, productionRecommenderP99 } from './search-latency.ts';
import { systemHpaDefaults } from './system-hpa-defaults.ts';
import { systemRandomPlacement } from './system-random-placement.ts';
import { systemServerlessColdStart } from './system-serverless-cold-start.ts';
import { systemSqrtShards } from './system-sqrt-shards.ts';
import { systemVirtualNodes } from './system-virtual-nodes.ts';

/**
 * One judge per claim of a scenario that exists. To add one: write `<claim id>.ts` beside this file and name it here; a test
 * fails while a claim of an existing scenario has no judge, and when a judge has no such claim.
 */
export const judges = {
  'askbot-even-ranges': askbotEvenRanges,
  'askbot-scatter-gather': askbotScatterGather,
  'askbot-shard-number': askbotShardNumber,
  'system-virtual-nodes': systemVirtualNodes,
  'system-random-placement': systemRandomPlacement,
  'system-sqrt-shards': systemSqrtShards,
  'engineering-shard-routing': engineeringShardRouting,
  'production-qps-medium': productionQpsMedium,
  'production-p50': productionP50,
  'production-p95': productionP95,
  'production-p99': productionP99,
  'production-recall-10': productionRecall10,
  'production-recommender-p99': productionRecommenderP99,
  'askbot-load-questions': askbotLoadQuestions,
  'engineering-alert-hit-ratio': engineeringAlertHitRatio,
  'askbot-connection-limit': askbotConnectionLimit,
  'askbot-hit-response-time': askbotHitResponseTime,
  'askbot-llm-share': askbotLlmShare,
  'askbot-load-hit-ratio': askbotLoadHitRatio,
  'askbot-load-mix': askbotLoadMix,
  'askbot-load-success': askbotLoadSuccess,
  'askbot-load-throughput': askbotLoadThroughput,
  'askbot-load-users': askbotLoadUsers,
  'askbot-memory-exhaustion': askbotMemoryExhaustion,
  'askbot-p95-target': askbotP95Target,
  'askbot-peak-slowdown': askbotPeakSlowdown,
  'engineering-stream-first-event': engineeringStreamFirstEvent,
  'production-error-ratio': productionErrorRatio,
  'production-timeout-ratio': productionTimeoutRatio,
  'askbot-load-mean': askbotLoadMean,
  'askbot-load-p95': askbotLoadP95,
  'askbot-load-p99': askbotLoadP99,
  'askbot-hpa-bounds': askbotHpaBounds,
  'askbot-hpa-cpu': askbotHpaCpu,
  'askbot-hpa-memory': askbotHpaMemory,
  'askbot-hpa-scale-up': askbotHpaScaleUp,
  'askbot-hpa-scale-down': askbotHpaScaleDown,
  'system-serverless-cold-start': systemServerlessColdStart,
  'system-hpa-defaults': systemHpaDefaults,
  'engineering-scale-cpu-80': engineeringScaleCpu80,
  'engineering-scale-queue-100': engineeringScaleQueue100,
  'engineering-scale-in-30': engineeringScaleIn30,
  'production-scale-out-5000': productionScaleOut5000,
  'production-scale-in-1000': productionScaleIn1000,
  'production-trigger-cpu': productionTriggerCpu,
  'production-trigger-memory': productionTriggerMemory,
  'production-trigger-p95': productionTriggerP95,
  'production-trigger-throughput': productionTriggerThroughput,
} as const satisfies Record<string, Judge>;

type JudgedId = keyof typeof judges;

function judgeOf(id: string): Judge {
  const found = (judges as Record<string, Judge | undefined>)[id];
  if (found === undefined) {
    throw new RangeError(`claim ${id} has no judge; known: ${(Object.keys(judges) as JudgedId[]).join(', ')}`);
  }
  return found;
}

/** Ids and symbols at the head of a sentence keep their case. */
function sentence(text: string): string {
  const head = /^[a-z]+(?![-@\da-z])/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  return /[.!?]$/.test(head) ? head : `${head}.`;
}

/**
 * Judges every claim that the registry assigns to the scenario of these findings, in the order of the registry. A partial
 * or invalid run decides none of them, a disturbed one none of those about response times. Throws where an assigned claim has no judge.
 */
export function judgeClaims(claims: readonly Claim[], findings: Findings): JudgedClaim[] {
  const nothing = indecisive(findings);
  const baseline = findings.variants.find(({ id }) => id === findings.baseline)?.resourceRule ?? 'equal-total';
  return claims
    .filter(({ scenario }) => scenario === findings.scenario)
    .map((claim): JudgedClaim => {
      const judge = judgeOf(claim.id);
      const { rule = baseline, ...judgement } =
        nothing === undefined ? undisturbed(judge(claim, findings), claim, findings) : { verdict: 'undecided' as const, why: nothing };
      return {
        id: claim.id,
        statement: claim.statement,
        ...judgement,
        why: `${sentence(judgement.why)} ${judgement.verdict === 'undecided' ? 'Seen with' : 'Holds for'} ${settingOf(findings, rule)}`,
      };
    });
}
