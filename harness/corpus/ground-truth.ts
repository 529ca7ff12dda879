import type { ConceptSpace } from '../../system/concepts/concept-space.ts';
import type { Retrieval } from '../contract/topology.ts';
import { type ExactBar, exactBar } from './exact-bar.ts';
import { createHybridTruth, type HybridJudge } from './hybrid-recall.ts';
import { createTenantLog, lastChangeAt, type TenantLog } from './tenant-log.ts';

export interface DocumentWrite {
  readonly tenant: string;
  readonly docId: string;
  readonly content: string;
  /** The number that the change log gave to the write, which is the document's version. */
  readonly sequence: number;
}

/** What the system returned as one neighbour. */
export interface RetrievedDocument {
  readonly docId: string;
  readonly documentVersion: number;
}

export interface RecallQuestion {
  readonly tenant: string;
  readonly queryText: string;
  readonly k: number;
  /** How many hits were found before a reranker chose `k` of them; a hit counts when it is among these. Default: `k`. */
  readonly candidates?: number;
  /** From the response's evidence: every change up to it was visible. */
  readonly appliedSequence: number;
  /**
   * The highest number that may already have been visible when the response was made, such as the highest of all
   * writes sent before it arrived. Documents changed in between are then judged by whichever of their versions is
   * easier to beat, because the response may rightly show either. Default: `appliedSequence`.
   */
  readonly visibleUpTo?: number;
  readonly hits: readonly RetrievedDocument[];
}

export type ViolationKind = 'unknown-version' | 'foreign-tenant' | 'deleted' | 'stale-version';

export interface RecallViolation extends RetrievedDocument {
  readonly kind: ViolationKind;
}

export interface Recall {
  /** found ÷ expected, undefined when the tenant had no documents. */
  readonly recall: number | undefined;
  readonly found: number;
  readonly expected: number;
  readonly violations: readonly RecallViolation[];
}

/** The exact answers to every query at every sequence number, from what was written. */
export interface GroundTruth {
  /** Throws RangeError when a sequence number is given twice. */
  write(write: DocumentWrite): void;
  remove(removal: Omit<DocumentWrite, 'content'>): void;
  /** A write that timed out or was cut off: it may have happened or not. */
  writeUncertain(write: Omit<DocumentWrite, 'sequence'>): void;
  recall(question: RecallQuestion): Recall;
  /** What is wrong with showing this version when every change up to `appliedSequence` was visible; undefined when nothing is. */
  violationOf(tenant: string, hit: RetrievedDocument, appliedSequence: number): ViolationKind | undefined;
  /** What was written as this version of a document, undefined when nothing was. */
  contentOf(tenant: string, docId: string, documentVersion: number): string | undefined;
  /** Whether a write of unknown outcome had this content. */
  mayHaveWritten(tenant: string, docId: string, content: string): boolean;
}

/**
 * How far below the exact k-th score a hit still counts. Vector stores sum in single precision and normalise again: over
 * 384 components that moves a score by about 1e-7, so documents nearer to each other than this are ties.
 */
export const scoreTolerance = 1e-6;

const keptQueries = 4096;

interface KeptQuery {
  readonly vector: Float32Array;
  /** By tenant, k, and how many of the tenant's changes the two sequence numbers cover. */
  readonly bars: Map<string, ExactBar>;
}

/** The rows that a hit may stand for, empty when it counts for nothing, and what is wrong with the version that it carries. */
interface Judged {
  readonly rows: readonly number[];
  readonly violation?: ViolationKind;
}

/** Of a dense system by default: the truth of a hybrid one costs an index of terms. */
export function createGroundTruth(space: ConceptSpace, retrieval: Retrieval = 'dense'): GroundTruth {
  const hybrid = retrieval === 'hybrid' ? createHybridTruth(scoreTolerance) : undefined;
  const logs = new Map<string, TenantLog>();
  const tenantOfSequence = new Map<number, string>();
  const queries = new Map<string, KeptQuery>();

  const logOf = (tenant: string) => {
    let log = logs.get(tenant);
    if (log === undefined) {
      log = createTenantLog(space);
      logs.set(tenant, log);
    }
    return log;
  };
  const forgetBars = () => {
    for (const { bars } of queries.values()) {
      bars.clear();
    }
  };
  const register = (tenant: string, sequence: number) => {
    if (!Number.isSafeInteger(sequence) || sequence < 1) {
      throw new RangeError(`sequence is ${sequence}; a whole number from 1 is needed`);
    }
    if (tenantOfSequence.has(sequence)) {
      throw new RangeError(`sequence number ${sequence} is given twice`);
    }
    tenantOfSequence.set(sequence, tenant);
    forgetBars();
  };
  const queryOf = (text: string) => {
    let query = queries.get(text);
    if (query === undefined) {
      if (queries.size >= keptQueries) {
        queries.clear();
      }
      query = { vector: space.embed(text), bars: new Map() };
      queries.set(text, query);
    }
    return query;
  };
  const barOf = (log: TenantLog, query: KeptQuery, question: RecallQuestion) => {
    const { tenant, k, candidates = k, appliedSequence } = question;
    const visible = Math.max(appliedSequence, question.visibleUpTo ?? appliedSequence);
    const key = `${tenant} ${candidates} ${lastChangeAt(log.changes, appliedSequence)} ${lastChangeAt(log.changes, visible)}`;
    let bar = query.bars.get(key);
    if (bar === undefined) {
      bar = exactBar(log, query.vector, candidates, appliedSequence, visible);
      query.bars.set(key, bar);
    }
    return bar;
  };
  /** How many documents there were, up to the number of candidates, and which versions belong among these. */
  const judgeOf = (log: TenantLog, query: KeptQuery, question: RecallQuestion): HybridJudge => {
    const { k, candidates = k, appliedSequence, visibleUpTo = appliedSequence } = question;
    if (hybrid !== undefined) {
      const visible = Math.max(appliedSequence, visibleUpTo);
      return hybrid.judge({ log, text: question.queryText, vector: query.vector, limit: candidates, applied: appliedSequence, visible });
    }
    const { score, expected } = barOf(log, query, question);
    return { documents: expected, reaches: (row) => log.score(query.vector, row) >= score - scoreTolerance };
  };

  const judge = (tenant: string, hit: RetrievedDocument, appliedSequence: number): Judged => {
    const document = logs.get(tenant)?.documents.get(hit.docId);
    const changes = document?.changes ?? [];
    const position = changes.findIndex(({ sequence }) => sequence === hit.documentVersion);
    const row = changes[position]?.row;
    if (row === undefined) {
      const owner = tenantOfSequence.get(hit.documentVersion);
      if (owner !== undefined) {
        return { rows: [], violation: owner === tenant ? 'unknown-version' : 'foreign-tenant' };
      }
      // The number of a write of unknown outcome is unknown too: a number that is nobody's may be its own.
      const rows = document?.uncertain.flatMap((change) => change.row ?? []) ?? [];
      return rows.length === 0 ? { rows, violation: 'unknown-version' } : { rows };
    }
    const since = changes.slice(position + 1, lastChangeAt(changes, appliedSequence) + 1);
    if (since.some((change) => change.row === undefined)) {
      return { rows: [], violation: 'deleted' };
    }
    return since.length === 0 ? { rows: [row] } : { rows: [row], violation: 'stale-version' };
  };

  return {
    write({ tenant, docId, content, sequence }) {
      register(tenant, sequence);
      const log = logOf(tenant);
      log.write(docId, content, sequence);
      hybrid?.add(log, content);
    },
    remove({ tenant, docId, sequence }) {
      register(tenant, sequence);
      logOf(tenant).remove(docId, sequence);
    },
    writeUncertain({ tenant, docId, content }) {
      forgetBars();
      const log = logOf(tenant);
      log.writeUncertain(docId, content);
      hybrid?.add(log, content);
    },
    recall(question) {
      const { tenant, k, hits } = question;
      if (!Number.isInteger(k) || k < 1) {
        throw new RangeError(`k is ${k}; a whole number from 1 is needed`);
      }
      const log = logOf(tenant);
      const query = queryOf(question.queryText);
      const { documents, reaches } = judgeOf(log, query, question);
      const violations: RecallViolation[] = [];
      const counted = new Set<string>();
      for (const hit of hits.slice(0, k)) {
        const { rows, violation } = judge(tenant, hit, question.appliedSequence);
        if (violation !== undefined) {
          violations.push({ ...hit, kind: violation });
        }
        if (rows.some(reaches)) {
          counted.add(hit.docId);
        }
      }
      const expected = Math.min(k, documents);
      const found = Math.min(counted.size, expected);
      return { recall: expected === 0 ? undefined : found / expected, found, expected, violations };
    },
    violationOf: (tenant, hit, appliedSequence) => judge(tenant, hit, appliedSequence).violation,
    contentOf: (tenant, docId, documentVersion) =>
      logs
        .get(tenant)
        ?.documents.get(docId)
        ?.changes.find(({ sequence }) => sequence === documentVersion)?.content,
    mayHaveWritten: (tenant, docId, content) =>
      logs
        .get(tenant)
        ?.documents.get(docId)
        ?.uncertain.some((change) => change.content === content) ?? false,
  };
}
