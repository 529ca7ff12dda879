import type { CacheLimits, PolicyId } from '../policy.ts';
import { ArcModel, LirsModel } from './adaptive.ts';
import { GdsfModel, LfuModel, WindowTinyLfuModel } from './counters.ts';
import type { Model } from './model.ts';
import { ClockModel, FifoModel, LruModel, S3FifoModel, SieveModel, SlruModel, TwoQueueModel } from './queues.ts';

/** The naive form of every policy. */
export const models: Readonly<Record<PolicyId, (limits: CacheLimits) => Model>> = {
  lru: (limits) => new LruModel(limits),
  fifo: (limits) => new FifoModel(limits),
  clock: (limits) => new ClockModel(limits),
  slru: (limits) => new SlruModel(limits),
  '2q': (limits) => new TwoQueueModel(limits),
  lfu: (limits) => new LfuModel(limits),
  'w-tinylfu': (limits) => new WindowTinyLfuModel(limits),
  arc: (limits) => new ArcModel(limits),
  lirs: (limits) => new LirsModel(limits),
  's3-fifo': (limits) => new S3FifoModel(limits),
  sieve: (limits) => new SieveModel(limits),
  gdsf: (limits) => new GdsfModel(limits),
};
