import { defineConfig } from 'vitest/config';

/**
 * `unit` is pure and fast; `integration` starts real processes and `docker` containers, so their
 * files run one after the other, and each kind only when the one before has ended: they would measure each other's load.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{harness,system,scenarios,reports}/**/*.test.ts'],
          exclude: ['**/*.{integration,docker}.test.ts'],
          // A bound against what hangs, not a measure: on shared cores a test of a second may take ten.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          sequence: { groupOrder: 1 },
          include: ['**/*.integration.test.ts'],
          exclude: ['node_modules/**', 'out/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'docker',
          sequence: { groupOrder: 2 },
          include: ['**/*.docker.test.ts'],
          exclude: ['node_modules/**', 'out/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
