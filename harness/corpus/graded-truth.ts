import type { Mixture } from './prose.ts';
import { type Grade, graderFor, normalisedGain } from './relevance.ts';
import { lastChangeAt } from './tenant-log.ts';

export interface LabelledWrite {
  readonly tenant: string;
  readonly docId: string;
  readonly concepts: Mixture;
  readonly sequence: number;
}

export interface GradedQuestion {
  readonly tenant: string;
  readonly concepts: Mixture;
  readonly k: number;
  readonly appliedSequence: number;
  readonly hits: readonly { readonly docId: string; readonly documentVersion: number }[];
}

/** The relevance of every answer from the labels with which documents and questions were written, whatever the system thinks near. */
export interface GradedTruth {
  write(write: LabelledWrite): void;
  /**
   * nDCG@k of an answer against the best order of the documents as they were at its applied sequence number; undefined when
   * none of them was relevant. A hit counts once and as the version that it is; a version that nobody wrote has grade 0.
   */
  gain(question: GradedQuestion): number | undefined;
}

type Version = Pick<LabelledWrite, 'sequence' | 'concepts'>;

export function createGradedTruth(): GradedTruth {
  const documents = new Map<string, Version[]>();
  /** Documents that had the concept in some version, by tenant and concept: all others have grade 0. */
  const about = new Map<string, Set<string>>();
  const keyOf = (tenant: string, docId: string) => `${tenant} ${docId}`;
  return {
    write({ tenant, docId, concepts, sequence }) {
      const key = keyOf(tenant, docId);
      const versions = documents.get(key) ?? [];
      versions.splice(lastChangeAt(versions, sequence) + 1, 0, { sequence, concepts });
      documents.set(key, versions);
      for (const { concept } of concepts) {
        const subject = `${tenant} ${concept}`;
        about.set(subject, (about.get(subject) ?? new Set()).add(key));
      }
    },
    gain({ tenant, concepts, k, appliedSequence, hits }) {
      const grade = graderFor(concepts);
      const candidates = new Set(concepts.flatMap(({ concept }) => [...(about.get(`${tenant} ${concept}`) ?? [])]));
      const all = Array.from(candidates, (key): Grade => {
        const versions = documents.get(key) ?? [];
        const current = versions[lastChangeAt(versions, appliedSequence)];
        return current === undefined ? 0 : grade(current.concepts);
      });
      const seen = new Set<string>();
      const shown = hits.map(({ docId, documentVersion }): Grade => {
        const version = documents.get(keyOf(tenant, docId))?.find(({ sequence }) => sequence === documentVersion);
        const isRepeated = seen.has(docId);
        seen.add(docId);
        return version === undefined || isRepeated ? 0 : grade(version.concepts);
      });
      const gain = normalisedGain(shown, all, k);
      // An answer may show a better version that became visible after its sequence number was read.
      return gain === undefined ? undefined : Math.min(1, gain);
    },
  };
}
