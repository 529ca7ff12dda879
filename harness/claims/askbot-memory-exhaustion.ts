import { type Judge, short } from './judge.ts';
import { rampOf } from './overloaded.ts';

/** One instance with a limited heap, past its knee: does its memory end it, or something else before? */
export const askbotMemoryExhaustion: Judge = (_claim, findings) => {
  const ramp = rampOf(
    findings,
    'an instance with a memory limit past its knee',
    (id) => id.includes('heap'),
    ({ topology }) => topology.query.heapMiB !== undefined,
  );
  if ('verdict' in ramp) {
    return ramp;
  }
  const heapMiB = ramp.topology.query.heapMiB ?? 0;
  const held = ramp.servers.flatMap(({ tier, points }) => (tier === 'query' ? points.map(({ heapUsedBytes = 0 }) => heapUsedBytes) : []));
  const fullest = Math.max(0, ...held) / (heapMiB * 1024 * 1024);
  const measured = { value: fullest * 100, unit: '%' };
  const at = ramp.first.ratePerSecond === undefined ? '' : ` at ${short(ramp.first.ratePerSecond)} requests/s`;
  const { kind, evidence } = ramp.first;
  if (kind === 'memory') {
    return { verdict: 'confirmed', measured, why: `with a heap of ${heapMiB} MiB, ${evidence}${at}` };
  }
  return kind === 'none'
    ? { verdict: 'refuted', measured, why: `with a heap of ${heapMiB} MiB, memory levelled off below the limit and ${evidence}` }
    : { verdict: 'refuted', measured, why: `with a heap of ${heapMiB} MiB, ${kind} gave out first${at}: ${evidence}` };
};
