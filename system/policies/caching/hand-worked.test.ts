import { expect, test } from 'vitest';
import { cachePolicies } from './index.ts';
import type { PolicyId } from './policy.ts';
import { handWorked } from './testing/hand-worked.ts';
import { models } from './testing/models.ts';

const ids = Object.keys(handWorked) as PolicyId[];
const linesOf = (id: PolicyId) =>
  handWorked[id].steps
    .trim()
    .split('\n')
    .map((line) => line.trim());

test.each(ids)('%s goes through its trace as worked by hand: the lists by its model, hits and residents by the policy', (id) => {
  const lines = linesOf(id);
  expect(lines.length).toBeGreaterThanOrEqual(20);
  const policy = cachePolicies[id].create<string>({ limits: handWorked[id].limits });
  const model = models[id](handWorked[id].limits);
  for (const [index, line] of lines.entries()) {
    const [access = '', outcome] = line.slice(0, line.indexOf(':')).split(' ');
    const [key = '', size = '1', cost = '1'] = access.split('/');
    const seen = [policy, model].map((cache) => {
      if (cache.get(key)) {
        return 'hit';
      }
      return cache.set(key, Number(size), Number(cost)) ? 'miss' : 'refused';
    });
    const at = `step ${index + 1}: ${line}`;
    expect(seen, at).toEqual([outcome, outcome]);
    expect(`${access} ${outcome}: ${model.state()}`, at).toBe(line);
    const residents = model.residents();
    expect([residents.every((item) => policy.has(item.key)), policy.entries, policy.bytes], at).toEqual([
      true,
      residents.length,
      model.bytes,
    ]);
  }
});
