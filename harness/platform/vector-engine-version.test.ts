import { describe, expect, it } from 'vitest';
import { vectorEngineName } from './vector-engine-version.ts';

describe('vectorEngineName', () => {
  it('never calls the embedded node Qdrant', () => {
    expect(vectorEngineName('qdrant - vector search engine', true)).toBe('embedded vector node');
    expect(vectorEngineName('qdrant - vector search engine', false)).toBe('Qdrant');
    expect(vectorEngineName('something else', false)).toBe('something else');
  });
});
