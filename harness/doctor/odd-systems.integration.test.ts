import { describe, expect, it } from 'vitest';
import { checks, examine } from './index.ts';
import { checkedSchema } from './report.ts';
import { calmSample, sceneOf } from './testing/scene.ts';

describe('the doctor', () => {
  it.each(['darwin', 'win32', 'freebsd'] as const)('finds its way on %s, naming what that system does not tell', async (system) => {
    const { cpu: _onlyOnLinux, ...sample } = calmSample;
    const found = await examine(sceneOf({ system, sample: { ...sample, realTimeScheduling: false } }));
    expect(found.map((checked) => checkedSchema.parse(checked))).toHaveLength(checks.length);
    const unknownIds = found.filter(({ status }) => status === 'unknown').map(({ id }) => id);
    expect(unknownIds).toEqual(expect.arrayContaining(['cpu-limit', 'ephemeral-ports', 'cpu-steal', 'cpu-load', 'real-time']));
    for (const { id, observed } of found.filter(({ status }) => status === 'unknown')) {
      expect(observed, id).toMatch(/^unknown: |package.json pins none/);
    }
  });
});
