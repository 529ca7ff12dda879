import { boundOf, type Judge, short, undecided } from './judge.ts';
import { failedOf, rampOf } from './overloaded.ts';

/** Requests that must have arrived while no connection was free. */
const leastRequests = 30;

/** What becomes of requests that arrive while every connection to the vector node is in use. */
export const askbotConnectionLimit: Judge = (claim, findings) => {
  const bound = boundOf(claim) / 100;
  const ramp = rampOf(
    findings,
    'an instance with few connections to its vector node past their limit',
    (id) => id.includes('pool'),
    ({ topology }) => topology.query.vectorConnections !== undefined,
  );
  if ('verdict' in ramp) {
    return ramp;
  }
  const connections = ramp.topology.query.vectorConnections ?? 0;
  const waiting = ramp.servers.flatMap(({ tier, points }) =>
    tier === 'query' ? points.filter(({ pools = [] }) => pools.some((pool) => pool.waiting > 0)) : [],
  );
  const full = new Set(waiting.map(({ seconds }) => Math.floor(seconds)));
  const during = ramp.seconds.filter(({ second }) => full.has(second));
  const arrivals = during.reduce((sum, second) => sum + second.arrivals, 0);
  if (arrivals < leastRequests) {
    return undecided(
      `${ramp.variant}: ${arrivals} requests arrived while all ${connections} connections were in use, ${leastRequests} are needed`,
    );
  }
  const failed = during.reduce((sum, second) => sum + failedOf(second), 0);
  const measured = { value: (100 * failed) / arrivals, unit: '%' };
  const text = `${ramp.variant}: of ${arrivals} requests that arrived while all ${connections} connections were in use, ${failed} failed`;
  return failed / arrivals >= bound
    ? { verdict: 'confirmed', measured, why: text }
    : { verdict: 'refuted', measured, why: `${text}; the others waited for a connection, ${short(100 - measured.value)} % were answered` };
};
