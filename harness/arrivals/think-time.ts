import { type RandomStream, randomStream } from '../../system/policies/random-stream.ts';
import type { ThinkTime } from '../contract/workload.ts';

const microsecondsPerMillisecond = 1000;

type Draw<Distribution extends ThinkTime['distribution']> = (
  settings: Extract<ThinkTime, { distribution: Distribution }>,
  random: RandomStream,
) => number;

/** One think time in ms by distribution. */
const draws: { readonly [Distribution in ThinkTime['distribution']]: Draw<Distribution> } = {
  uniform: ({ minimumMs, maximumMs }, random) => minimumMs + (maximumMs - minimumMs) * random.uniform(),
  exponential: ({ meanMs }, random) => meanMs * random.exponential(),
  lognormal: ({ medianMs, sigma }, random) => medianMs * Math.exp(sigma * random.normal()),
};

function drawMs<Distribution extends ThinkTime['distribution']>(
  settings: { distribution: Distribution } & Extract<ThinkTime, { distribution: Distribution }>,
  random: RandomStream,
): number {
  return draws[settings.distribution](settings, random);
}

/**
 * The think times of one user in whole µs: after its first request, its second, and so on. They depend on the seed, the user and
 * their place alone, never on what the system answered, so that two runs of a closed loop think alike.
 */
export function thinkTimesUs(thinkTime: ThinkTime, seed: number, user: number): () => number {
  const random = randomStream(seed, `think time of user ${user}`);
  return () => Math.floor(drawMs(thinkTime, random) * microsecondsPerMillisecond);
}

/** The mean of a distribution of think times, ms. */
export function meanThinkTimeMs(thinkTime: ThinkTime): number {
  switch (thinkTime.distribution) {
    case 'uniform':
      return (thinkTime.minimumMs + thinkTime.maximumMs) / 2;
    case 'exponential':
      return thinkTime.meanMs;
    case 'lognormal':
      return thinkTime.medianMs * Math.exp(thinkTime.sigma ** 2 / 2);
  }
}

/** When a user asks for the first time: the users start one after the other, evenly over the ramp. */
export function rampUpUs(user: number, users: number, rampUpSeconds: number): number {
  return Math.floor((user * rampUpSeconds * 1_000_000) / users);
}

/**
 * How often a user asks between its start and the end of the window when every answer comes at once: no timing makes it ask more
 * often. At most `limit`.
 */
export function mostRequests(
  thinkTime: ThinkTime,
  { seed, user, startUs, endUs, limit }: { seed: number; user: number; startUs: number; endUs: number; limit: number },
): number {
  const next = thinkTimesUs(thinkTime, seed, user);
  let requests = 0;
  for (let atUs = startUs; atUs < endUs && requests < limit; atUs += next()) {
    requests += 1;
  }
  return requests;
}
