import { expect, it } from 'vitest';
import { inheritedEnvironment } from './inherited-environment.ts';

it('leaves out what could change how the system behaves', () => {
  expect(inheritedEnvironment({ PATH: '/bin', HOME: '/home/me', NODE_OPTIONS: '--inspect', QDRANT__LOG_LEVEL: 'DEBUG' })).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
  });
});
