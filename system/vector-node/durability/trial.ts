import type { Logger } from 'pino';
import { type RandomStream, randomStream } from '../../policies/random-stream.ts';
import { Collection } from '../collection.ts';
import { readOperations } from '../storage/checkpoint-file.ts';
import { CollectionDirectory, type StoredCollection } from '../storage/collection-directory.ts';
import { makeDirectories } from '../storage/disk.ts';
import { CollectionHistory, someOperation, stateOf, testedConfig } from './collection-history.ts';
import { type Deceptions, ForgetfulDisk } from './forgetful-disk.ts';

const names = ['a', 'b', 'c'];
const snapshotFile = '/snapshots/kept.snapshot';

/** What the disk must hold. */
interface Expected {
  readonly collections: ReadonlyMap<string, CollectionHistory>;
  readonly aliases: ReadonlyMap<string, string>;
}

/** What was promised is not there, or something is that nobody wrote. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** The storage of a node on a disk that forgets, and a client that notes what it was told. Everything follows from the seed. */
export class Trial {
  readonly #random: RandomStream;
  readonly #logger: Logger;
  #disk: ForgetfulDisk;
  #stored = new Map<string, StoredCollection>();
  #directory: CollectionDirectory;
  #settled: Expected = { collections: new Map(), aliases: new Map() };
  /** What is there instead when the change that is under way took effect. */
  #underWay: Expected | undefined;
  /** Builds the state that the snapshot holds, once there is one. */
  #snapshot: ((collection: Collection) => void) | undefined;
  readonly seen = { starts: 0, checkpointsRead: 0, logRecordsRead: 0, snapshots: 0, installs: 0, writes: 0 };

  constructor(seed: number, logger: Logger, deceptions: Deceptions = {}) {
    this.#random = randomStream(seed, 'power-cut');
    this.#logger = logger;
    this.#disk = new ForgetfulDisk(this.#random, deceptions);
    this.#directory = this.#newDirectory();
  }

  #newDirectory(): CollectionDirectory {
    return new CollectionDirectory('/storage', { disk: this.#disk, logger: this.#logger, checkpointLogBytes: 700 });
  }

  /** Works until the power goes, brings it back, starts again and throws {@link BrokenPromise} when a promise was not kept. */
  async cut(): Promise<void> {
    this.#disk.cutPowerAfter(1 + this.#random.below(220));
    await this.#untilCut(async () => {
      if (this.seen.starts === 0) {
        await this.#start();
      }
      while (!this.#disk.isOff) {
        await this.#act();
      }
    });
    // A start can be cut short too.
    for (let cutsAtStart = this.#random.below(3); cutsAtStart > 0; cutsAtStart -= 1) {
      this.#disk.cutPowerAfter(this.#random.below(25));
      await this.#untilCut(() => this.#start());
    }
    await this.#start();
    await this.#judge();
  }

  async #untilCut(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#disk.isOff) {
        throw error;
      }
    }
    // Let what still runs meet the disk that is off.
    for (let turn = 0; turn < 20; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#disk = this.#disk.afterPowerCut();
  }

  async #start(): Promise<void> {
    this.seen.starts += 1;
    this.#directory = this.#newDirectory();
    let opened: StoredCollection[];
    try {
      opened = await this.#directory.open();
    } catch (error) {
      if (this.#disk.isOff) {
        throw error;
      }
      throw new BrokenPromise(`the node does not start: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    this.#stored = new Map(opened.map((stored) => [stored.collection.name, stored]));
    for (const { store } of opened) {
      this.seen.checkpointsRead += store.restored.checkpointBytes > 0 ? 1 : 0;
      this.seen.logRecordsRead += store.restored.logRecords;
    }
    await makeDirectories(this.#disk, '/snapshots');
  }

  /** Compares what is there with what was promised; from then on it is what is expected. */
  async #judge(): Promise<void> {
    const present = [...this.#stored.keys()].sort().join();
    const candidates = [this.#settled, ...(this.#underWay === undefined ? [] : [this.#underWay])];
    const problems: string[] = [];
    for (const candidate of candidates) {
      const problem = this.#problemOf(candidate, present);
      if (problem === undefined) {
        this.#settled = candidate;
        this.#underWay = undefined;
        return await this.#expectTidiness();
      }
      problems.push(problem);
    }
    throw new BrokenPromise(problems.join('\nor: '));
  }

  #problemOf({ collections, aliases }: Expected, present: string): string | undefined {
    const expected = [...collections.keys()].sort().join();
    if (expected !== present) {
      return `collections ${expected} were promised, ${present} are there`;
    }
    const show = (map: ReadonlyMap<string, string>) => [...map].map(([alias, name]) => `${alias}→${name}`).join();
    if (show(aliases) !== show(this.#directory.aliases)) {
      return `aliases ${show(aliases)} were promised, ${show(this.#directory.aliases)} are there`;
    }
    const settling: (() => void)[] = [];
    for (const [name, history] of collections) {
      const state = stateOf((this.#stored.get(name) as StoredCollection).collection);
      const count = history.explain(state);
      if (count === undefined) {
        return `collection ${name} is in a state that its acknowledged writes do not explain:\n${state}\nexpected at least:\n${history.promised}`;
      }
      settling.push(() => history.settle(count));
    }
    for (const settle of settling) {
      settle();
    }
    return undefined;
  }

  /** Nothing is left over from crashes. */
  async #expectTidiness(): Promise<void> {
    // A checkpoint that is due at the start begins at once and has files of its own.
    const isCheckpointing = [...this.#stored.values()].some(({ store }) => store.isCheckpointing);
    const folders = await this.#disk.list('/storage/collections');
    const files = (await Promise.all(folders.map((folder) => this.#disk.list(`/storage/collections/${folder}`)))).flat();
    const isLeftOver = (file: string) => file.endsWith('.tmp') && !isCheckpointing;
    if (folders.length !== this.#stored.size || files.some(isLeftOver)) {
      throw new BrokenPromise(`files are left over: ${folders.join()} with ${files.join()}`);
    }
  }

  async #act(): Promise<void> {
    const kind = this.#random.uniform();
    const some = [...this.#stored.values()][this.#random.below(Math.max(1, this.#stored.size))];
    if (some === undefined || kind < 0.06) {
      await this.#create(names[this.#random.below(names.length)] as string);
    } else if (kind < 0.09) {
      await this.#delete(some);
    } else if (kind < 0.13) {
      await this.#alias(some.collection.name);
    } else if (kind < 0.22) {
      await this.#takeSnapshot(some);
    } else if (kind < 0.28 && this.#snapshot !== undefined) {
      await this.#install(names[this.#random.below(names.length)] as string, this.#snapshot);
    } else {
      await this.#write(some, 1 + this.#random.below(6));
    }
  }

  #historyOf({ collection }: StoredCollection): CollectionHistory {
    return this.#settled.collections.get(collection.name) as CollectionHistory;
  }

  async #write(stored: StoredCollection, count: number): Promise<void> {
    const history = this.#historyOf(stored);
    await Promise.all(Array.from({ length: count }, () => history.write(stored.collection, someOperation(this.#random))));
    this.seen.writes += count;
  }

  /** Runs a change of the catalogue; until it is through, both outcomes are right. */
  async #change(expected: Expected, act: () => Promise<void>): Promise<void> {
    this.#underWay = expected;
    await act();
    this.#settled = expected;
    this.#underWay = undefined;
  }

  #with(name: string, history: CollectionHistory | undefined, aliases = this.#settled.aliases): Expected {
    const collections = new Map(this.#settled.collections);
    if (history === undefined) {
      collections.delete(name);
    } else {
      collections.set(name, history);
    }
    return { collections, aliases };
  }

  async #create(name: string): Promise<void> {
    if (this.#stored.has(name)) {
      return;
    }
    await this.#change(this.#with(name, new CollectionHistory()), async () => {
      this.#stored.set(name, await this.#directory.create(name, testedConfig));
    });
  }

  async #delete(stored: StoredCollection): Promise<void> {
    const { name } = stored.collection;
    const aliases = new Map([...this.#settled.aliases].filter(([, target]) => target !== name));
    await this.#change(this.#with(name, undefined, aliases), async () => {
      await this.#directory.delete(stored);
      this.#stored.delete(name);
    });
  }

  async #alias(name: string): Promise<void> {
    const aliases = new Map(this.#settled.aliases);
    if (aliases.get('alias') === name) {
      aliases.delete('alias');
    } else {
      aliases.set('alias', name);
    }
    await this.#change({ collections: this.#settled.collections, aliases }, () => this.#directory.setAliases(aliases));
  }

  /** Takes a snapshot during writes; it must hold the first of them, and all that were acknowledged before. */
  async #takeSnapshot(stored: StoredCollection): Promise<void> {
    const history = this.#historyOf(stored);
    const atLeast = history.acknowledgedEnd;
    // The old one may be gone from now on.
    this.#snapshot = undefined;
    await Promise.all([stored.store.writeSnapshot(snapshotFile), this.#write(stored, 4)]);
    using source = this.#disk.source(snapshotFile);
    const records = [...readOperations(snapshotFile, source)].flatMap((frame) => [...frame.records]);
    const begin = (collection: Collection) => {
      for (const record of records) {
        collection.replay(record);
      }
    };
    const collection = new Collection('snapshot', testedConfig);
    begin(collection);
    if (history.explain(stateOf(collection), atLeast) === undefined) {
      throw new BrokenPromise(`a snapshot holds what is no prefix of the writes:\n${stateOf(collection)}`);
    }
    this.#snapshot = begin;
    this.seen.snapshots += 1;
  }

  async #install(name: string, begin: (collection: Collection) => void): Promise<void> {
    const old = this.#stored.get(name);
    await this.#change(this.#with(name, new CollectionHistory(begin)), async () => {
      this.#stored.set(name, await this.#directory.recover(name, snapshotFile, undefined));
    });
    if (old !== undefined) {
      await this.#directory.remove(old);
    }
    this.seen.installs += 1;
  }
}
