import { arc } from './arc.ts';
import { clock } from './clock.ts';
import { fifo } from './fifo.ts';
import { gdsf } from './gdsf.ts';
import { lfu } from './lfu.ts';
import { lirs } from './lirs.ts';
import { lru } from './lru.ts';
import type { PolicyEntry, PolicyId } from './policy.ts';
import { s3Fifo } from './s3-fifo.ts';
import { sieve } from './sieve.ts';
import { slru } from './slru.ts';
import { twoQueue } from './two-queue.ts';
import { wTinyLfu } from './w-tinylfu.ts';

/**
 * Every replacement policy by id. To add one: write `<id>.ts` beside `fifo.ts`, name it in `PolicyId` and here, and give
 * it a model in `testing/`; the shared suite then runs over it.
 */
export const cachePolicies: Readonly<Record<PolicyId, PolicyEntry>> = {
  lru: { title: 'LRU', source: 'lru-cache library', create: lru },
  fifo: { title: 'FIFO', source: 'Belady, IBM Systems Journal 1966', create: fifo },
  clock: { title: 'CLOCK', source: 'Corbató, MIT 1968', create: clock },
  slru: { title: 'SLRU', source: 'Karedla, Love and Wherry, IEEE Computer 1994', create: slru },
  '2q': { title: '2Q', source: 'Johnson and Shasha, VLDB 1994', create: twoQueue },
  lfu: { title: 'LFU', source: 'Robinson and Devarakonda, SIGMETRICS 1990', create: (parts) => lfu(parts) },
  'w-tinylfu': { title: 'W-TinyLFU', source: 'Einziger, Friedman and Manes, ACM TOS 2017', create: wTinyLfu },
  arc: { title: 'ARC', source: 'Megiddo and Modha, FAST 2003', create: arc },
  lirs: { title: 'LIRS', source: 'Jiang and Zhang, SIGMETRICS 2002', create: lirs },
  's3-fifo': { title: 'S3-FIFO', source: 'Yang et al., SOSP 2023', create: s3Fifo },
  sieve: { title: 'SIEVE', source: 'Zhang et al., NSDI 2024', create: sieve },
  gdsf: { title: 'GDSF', source: 'Cherkasova, HP Labs 1998', create: gdsf },
};
