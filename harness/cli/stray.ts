import { Failure } from '../contract/failure.ts';

/** npm keeps flags for itself unless `--` stands before them, and then only their values arrive. `example` is a line that is right. */
export function refuseStray(stray: readonly string[], example = 'npm run scenario single-vs-sharded -- --profile smoke'): void {
  if (stray.length > 0) {
    throw new Failure('usage', 'unexpected_argument', `unexpected argument "${stray.join(' ')}"`, {
      hint: `flags follow a lone --, as in: ${example}`,
    });
  }
}
