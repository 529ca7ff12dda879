import { describe, expect, test } from 'vitest';
import { putDocumentsRequestSchema } from '../../system/api/documents.ts';
import { askRequestSchema, searchRequestSchema } from '../../system/api/search.ts';
import { createConceptSpace } from '../../system/concepts/concept-space.ts';
import { preparedRequestSchema } from '../contract/plan.ts';
import { createCorpus, tenantNames } from './documents.ts';
import { createQueries } from './queries.ts';
import { createStepRequests, type StepRequestSettings } from './requests.ts';
import { withRecordedAnswers } from './trace-questions.ts';

const space = createConceptSpace({ seed: 1, concepts: 32, dimensions: 8 });
const tenants = tenantNames(3);
const querySettings = { distinct: 50, zipfExponent: 0.8, neverRepeatedShare: 0.3 };
const settings: StepRequestSettings = {
  workload: { mix: { search: 0.8, ask: 0.05, upsert: 0.15 }, queries: { ...querySettings, topK: 7 } },
  step: { seed: 11, order: 4 },
  corpus: createCorpus(space, { seed: 1, documents: 300, tenants, chineseShare: 0.4 }),
  queries: createQueries(space, { ...querySettings, seed: 1, tenants, chineseShare: 0.4 }),
  apiKeys: new Map(tenants.map((tenant) => [tenant, `key of ${tenant}`])),
  jobs: 6_000,
};
const built = createStepRequests(settings);
const requestOfJob = (job: number, { requests, requestOf } = built) => {
  const request = requests[requestOf[job] ?? -1];
  if (request === undefined) {
    throw new RangeError(`job ${job} has no request`);
  }
  return { ...request, json: JSON.parse(request.body ?? '') as unknown };
};

describe('requests of a step', () => {
  test('are the same for the same step', () => {
    expect(createStepRequests(settings)).toEqual(built);
    expect(createStepRequests({ ...settings, step: { seed: 12, order: 4 } }).requests).not.toEqual(built.requests);
  });

  test('say on the wire what their job intends, with the key of its tenant', () => {
    expect(built.jobs.length).toBe(6_000);
    expect(built.requestOf.length).toBe(6_000);
    for (const [job, intent] of built.jobs.entries()) {
      const { kind, method, path, headers, json } = requestOfJob(job);
      if (intent.kind === 'health') {
        throw new Error('the mix of this step has no probes');
      }
      expect([kind, method, headers['x-api-key']]).toEqual([intent.kind, 'POST', `key of ${intent.tenant}`]);
      expect(headers).toMatchObject({ 'content-type': 'application/json', accept: 'application/json' });
      if (intent.kind === 'search') {
        expect(path).toBe('/v1/search');
        expect(searchRequestSchema.parse(json)).toMatchObject({ query_text: intent.query.text, top_k: 7 });
      } else if (intent.kind === 'ask') {
        expect(path).toBe('/v1/ask');
        expect(askRequestSchema.parse(json)).toMatchObject({ query: intent.query.text, top_k: 7 });
      } else if (intent.kind === 'upsert') {
        expect(path).toBe('/v1/documents');
        const { docId, content, knowledgeBase } = intent.document;
        expect(putDocumentsRequestSchema.parse(json).documents).toMatchObject([{ doc_id: docId, content, knowledge_base: knowledgeBase }]);
      }
    }
    expect(built.requests.map((request) => preparedRequestSchema.safeParse(request).success)).not.toContain(false);
  });

  test('tell the simulated model how long an answer was when it was recorded, beside the question', () => {
    const lengths = [5, undefined, 900];
    const queries = withRecordedAnswers(
      settings.queries,
      lengths.map((outputTokens) => (outputTokens === undefined ? {} : { outputTokens })),
    );
    const workload = { ...settings.workload, mix: { ask: 1 } };
    const plain = createStepRequests({ ...settings, workload, jobs: 3 });
    const told = createStepRequests({ ...settings, workload, jobs: 3, queries });
    for (const [job, tokens] of lengths.entries()) {
      const { headers, body } = requestOfJob(job, told);
      expect(headers['x-simulated-answer-tokens']).toBe(tokens?.toString());
      expect(body).toBe(requestOfJob(job, plain).body);
    }
    // A search has no answer.
    const searches = createStepRequests({ ...settings, workload: { ...workload, mix: { search: 1 } }, jobs: 3, queries });
    expect(searches.requests.some(({ headers }) => 'x-simulated-answer-tokens' in headers)).toBe(false);
  });

  test('follow the mix (chi-square)', () => {
    const statistic = Object.entries({ search: 0.8, ask: 0.05, upsert: 0.15 }).reduce((sum, [kind, weight]) => {
      const expected = weight * 6_000;
      return sum + (built.jobs.filter((job) => job.kind === kind).length - expected) ** 2 / expected;
    }, 0);
    // 99.9 % point with 2 degrees of freedom.
    expect(statistic).toBeLessThan(13.82);
  });

  test('are written down once each, and all are used', () => {
    const texts = built.requests.map(({ kind, body, headers }) => `${kind} ${headers['x-api-key']} ${body}`);
    expect(new Set(texts).size).toBe(texts.length);
    expect(new Set(built.requestOf).size).toBe(texts.length);
    expect(texts.length).toBeLessThan(6_000);
  });

  test('write each revision once in a whole run', () => {
    const steps = [built, createStepRequests({ ...settings, step: { seed: 11, order: 5 } })];
    const upserts = steps.flatMap(({ jobs }) => jobs).filter((job) => job.kind === 'upsert');
    expect(upserts.length).toBeGreaterThan(1_000);
    expect(new Set(upserts.map(({ document }) => document.revision)).size).toBe(upserts.length);
    expect(new Set(upserts.map(({ document }) => document.content)).size).toBe(upserts.length);
  });

  test('a weight of 0 sends nothing of that kind', () => {
    const { jobs } = createStepRequests({ ...settings, workload: { ...settings.workload, mix: { search: 2, ask: 0 } } });
    expect(new Set(jobs.map(({ kind }) => kind))).toEqual(new Set(['search']));
  });

  test('what cannot be built is refused by name', () => {
    expect(() => createStepRequests({ ...settings, apiKeys: new Map() })).toThrow('no API key for tenant');
    expect(() => createStepRequests({ ...settings, jobs: 0 })).toThrow('0 jobs');
    expect(() => createStepRequests({ ...settings, workload: { ...settings.workload, mix: {} } })).toThrow('no weight above 0');
  });
});
