import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ownerMark, ownerState } from './run-labels.ts';

const changed = (change: object) => JSON.stringify({ ...(JSON.parse(ownerMark()) as object), ...change });

it('knows itself for alive', () => {
  expect(ownerState(ownerMark())).toBe('alive');
});

it('knows a process that has ended for dead', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  const mark = ownerMark(child.pid);
  expect(ownerState(mark)).toBe('alive');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(ownerState(mark)).toBe('dead');
});

it('does not take a stranger with the same pid for the owner', () => {
  expect(ownerState(changed({ started: '1' }))).toBe('dead');
});

it('knows that no process outlives a boot', () => {
  expect(ownerState(changed({ boot: 'an earlier one' }))).toBe('dead');
});

it.each([
  ['another machine', { machine: 'elsewhere' }],
  ['another container', { namespace: 'pid:[1]' }],
])('leaves what belongs to %s alone', (_title, change) => {
  expect(ownerState(changed(change))).toBe('unknown');
});

it.each([undefined, '', 'nonsense', '{}', 'null'])('leaves a mark that it cannot read alone: %s', (mark) => {
  expect(ownerState(mark)).toBe('unknown');
});
