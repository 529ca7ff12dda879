import { defineConfig } from 'vitest/config';

const nowhere = ['node_modules/**', 'out/**'];
/** A bound against what hangs, not a measure. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000 };

/**
 * A file's name says what it needs. `unit` is pure and fast. `integration` starts real processes and asserts what they do, so that two
 * files may run at once. `load` puts load on them and `docker` starts containers under quotas: they would measure each other, so their
 * files run one after the other. Each kind begins when the one before has ended.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 1 },
          include: ['{harness,system,scenarios,reports}/**/*.test.ts'],
          exclude: ['**/*.{integration,load,docker}.test.ts'],
          // On shared cores a test of a second may take ten.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          sequence: { groupOrder: 2 },
          include: ['**/*.integration.test.ts'],
          exclude: nowhere,
          maxWorkers: 2,
          ...patience,
        },
      },
      {
        test: {
          name: 'load',
          sequence: { groupOrder: 3 },
          include: ['**/*.load.test.ts'],
          exclude: nowhere,
          fileParallelism: false,
          ...patience,
        },
      },
      {
        test: {
          name: 'docker',
          sequence: { groupOrder: 4 },
          include: ['**/*.docker.test.ts'],
          exclude: nowhere,
          fileParallelism: false,
          ...patience,
        },
      },
    ],
  },
});
