import { expect, it } from 'vitest';
import { vectorEngineOf } from './vector-engine-version.ts';

const title = 'qdrant - vector search engine';

it('never calls the embedded node Qdrant, although it answers as one', () => {
  expect(vectorEngineOf({ title, version: '1.18.3', commit: 'embedded rag-testbed 0.1.0' })).toEqual({
    engine: 'embedded vector node',
    version: '0.1.0',
    embedded: true,
  });
});

it('takes others for what they say that they are', () => {
  expect(vectorEngineOf({ title, version: '1.18.3', commit: '0a1b2c' })).toEqual({ engine: 'Qdrant', version: '1.18.3', embedded: false });
  expect(vectorEngineOf({ title: 'something else', version: '2' })).toEqual({ engine: 'something else', version: '2', embedded: false });
});
