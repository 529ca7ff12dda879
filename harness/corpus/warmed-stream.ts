import { type RandomStream, randomStream } from '../../system/policies/random-stream.ts';

const warmUpDraws = 8;

/** A stream of its own for each of many similar names, such as one per document: such streams start alike and have parted after a few draws. */
export function warmedStream(seed: number, name: string): RandomStream {
  const stream = randomStream(seed, name);
  for (let draw = 0; draw < warmUpDraws; draw += 1) {
    stream.uniform();
  }
  return stream;
}

export function drawFrom<T>(stream: RandomStream, list: readonly T[]): T {
  const item = list[Math.floor(stream.uniform() * list.length)];
  if (item === undefined) {
    throw new RangeError('nothing to draw from: the list is empty');
  }
  return item;
}
