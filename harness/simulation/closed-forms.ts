/**
 * Queueing theory's exact results, which the simulator is held to. `arrivalRate` λ and `serviceRate` μ are per ms, times in ms; service
 * times have the mean 1 ÷ μ. All need λ < cμ unless they say otherwise, and throw `RangeError` where that does not hold.
 */
export interface Queue {
  readonly arrivalRate: number;
  readonly serviceRate: number;
}

function utilisation({ arrivalRate, serviceRate }: Queue, servers = 1): number {
  const rho = arrivalRate / (servers * serviceRate);
  if (!(rho >= 0 && rho < 1)) {
    throw new RangeError(`a utilisation of ${rho} has no steady state`);
  }
  return rho;
}

/** Erlang's B formula by its recursion: the share that is lost where nobody may wait; exists for any load a = λ ÷ μ. */
function erlangB(load: number, servers: number): number {
  let lost = 1;
  for (let server = 1; server <= servers; server += 1) {
    lost = (load * lost) / (server + load * lost);
  }
  return lost;
}

/** M/M/c: Erlang's C formula, the share that waits. */
export function waitingShare(queue: Queue, servers: number): number {
  const rho = utilisation(queue, servers);
  const lost = erlangB(queue.arrivalRate / queue.serviceRate, servers);
  return lost / (1 - rho * (1 - lost));
}

/** M/M/c: mean wait in the queue, over all customers. M/M/1 is the case of one server. */
export function meanWaitMs(queue: Queue, servers: number): number {
  return waitingShare(queue, servers) / (servers * queue.serviceRate - queue.arrivalRate);
}

/** M/M/c: the wait that so large a share of the customers does not exceed; P(Wq > t) = C · e^(−(cμ − λ)t). */
export function waitQuantileMs(queue: Queue, servers: number, share: number): number {
  const waits = waitingShare(queue, servers);
  return share <= 1 - waits ? 0 : Math.log(waits / (1 - share)) / (servers * queue.serviceRate - queue.arrivalRate);
}

/** M/G/1: mean wait by Pollaczek and Khinchine, with the coefficient of variation of the service times. */
export function meanWaitGeneralMs(queue: Queue, cv: number): number {
  const rho = utilisation(queue);
  return ((rho / (1 - rho)) * (1 + cv * cv)) / (2 * queue.serviceRate);
}

/** M/G/1 with processor sharing: mean time in the system, whatever the distribution of the service times. */
export function meanSharedMs(queue: Queue): number {
  return 1 / queue.serviceRate / (1 - utilisation(queue));
}

/** M/M/c/K: the share of customers that find all `places` taken, servers included; exists for any load. */
export function lossShare({ arrivalRate, serviceRate }: Queue, servers: number, places: number): number {
  const load = arrivalRate / serviceRate;
  let weight = 1;
  let sum = 1;
  for (let customers = 1; customers <= places; customers += 1) {
    weight *= load / Math.min(customers, servers);
    sum += weight;
  }
  return weight / sum;
}

/** M/M/c/K: mean wait of those that were let in. */
export function meanWaitLimitedMs({ arrivalRate, serviceRate }: Queue, servers: number, places: number): number {
  const load = arrivalRate / serviceRate;
  let weight = 1;
  let sum = 1;
  let waiting = 0;
  for (let customers = 1; customers <= places; customers += 1) {
    weight *= load / Math.min(customers, servers);
    sum += weight;
    waiting += weight * Math.max(0, customers - servers);
  }
  return waiting / sum / (arrivalRate * (1 - weight / sum));
}

const harmonic = (count: number) => Array.from({ length: count }, (_, index) => 1 / (index + 1)).reduce((sum, term) => sum + term, 0);

/**
 * Fork–join of equal M/M/1 queues: the mean response time lies between that of two queues, which is exact, (12 − ρ) ÷ 8 of one, and as
 * many independent ones would give, Hₙ of one; and it is no less than the work of the slowest alone, Hₙ ÷ μ (Nelson and Tantawi,
 * "Approximate analysis of fork/join synchronization in parallel queues", IEEE Transactions on Computers 37(6), 1988).
 */
export function forkJoinBoundsMs(queue: Queue, branches: number): { readonly lowest: number; readonly highest: number } {
  const rho = utilisation(queue);
  const single = 1 / (queue.serviceRate - queue.arrivalRate);
  if (branches === 1) {
    return { lowest: single, highest: single };
  }
  const pair = ((12 - rho) / 8) * single;
  return { lowest: Math.max(pair, harmonic(branches) / queue.serviceRate), highest: branches === 2 ? pair : harmonic(branches) * single };
}
