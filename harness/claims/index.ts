import type { Claim, JudgedClaim } from '../contract/claim.ts';
import { askbotEvenRanges } from './askbot-even-ranges.ts';
import { askbotLoadQuestions } from './askbot-load-questions.ts';
import { askbotScatterGather } from './askbot-scatter-gather.ts';
import { askbotShardNumber } from './askbot-shard-number.ts';
import { engineeringAlertHitRatio } from './engineering-alert-hit-ratio.ts';
import { engineeringShardRouting } from './engineering-shard-routing.ts';
import { type Findings, indecisive, type Judge, settingOf } from './judge.ts';
import { productionQpsMedium } from './production-qps-medium.ts';
import { productionRecall10 } from './production-recall-10.ts';
import { productionP50, productionP95, productionP99, productionRecommenderP99 } from './search-latency.ts';
import { systemRandomPlacement } from './system-random-placement.ts';
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
 * or invalid run decides none of them. Throws where an assigned claim has no judge.
 */
export function judgeClaims(claims: readonly Claim[], findings: Findings): JudgedClaim[] {
  const nothing = indecisive(findings);
  const baseline = findings.variants.find(({ id }) => id === findings.baseline)?.resourceRule ?? 'equal-total';
  return claims
    .filter(({ scenario }) => scenario === findings.scenario)
    .map((claim): JudgedClaim => {
      const judge = judgeOf(claim.id);
      const { rule = baseline, ...judgement } =
        nothing === undefined ? judge(claim, findings) : { verdict: 'undecided' as const, why: nothing };
      return {
        id: claim.id,
        statement: claim.statement,
        ...judgement,
        why: `${sentence(judgement.why)} ${judgement.verdict === 'undecided' ? 'Seen with' : 'Holds for'} ${settingOf(findings, rule)}`,
      };
    });
}
