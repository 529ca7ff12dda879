/** Ranks that are summed one by one; beyond, the Euler–Maclaurin formula is exact to far below a permille. */
const summedRanks = 1000;

/** Σ rank^−exponent over ranks 1 to `count`, for many counts of one exponent. */
export function harmonicOf(exponent: number): (count: number) => number {
  const head = new Float64Array(summedRanks + 1);
  for (let rank = 1; rank <= summedRanks; rank += 1) {
    head[rank] = (head[rank - 1] ?? 0) + rank ** -exponent;
  }
  const a = summedRanks;
  const power = (base: number, exponentAbove: number) => base ** (exponentAbove - exponent);
  return (count) => {
    if (count <= a) {
      return head[Math.max(0, Math.floor(count))] ?? 0;
    }
    const integral = Math.abs(exponent - 1) < 1e-9 ? Math.log(count / a) : (power(count, 1) - power(a, 1)) / (1 - exponent);
    return (head[a] ?? 0) + integral + (power(count, 0) - power(a, 0)) / 2 - (exponent * (power(count, -1) - power(a, -1))) / 12;
  };
}

/** ln(n!) by Stirling's series, exact to 1e-9 from 10 on. */
function logFactorial(n: number): number {
  let small = 0;
  for (let factor = 2; factor <= Math.min(n, 10); factor += 1) {
    small += Math.log(factor);
  }
  return n <= 10 ? small : n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/** Σ ln rank over the ranks above `from` up to `to`. */
export function sumOfLogRanks(from: number, to: number): number {
  return logFactorial(to) - logFactorial(from);
}

export interface RankBlock {
  /** The first rank of the block and how many there are, which are taken for equally popular. */
  readonly rank: number;
  readonly width: number;
}

/** Ranks 1 to `count` singly at first, then in blocks whose popularity differs by at most 2 per cent times the exponent. */
export function rankBlocks(count: number): RankBlock[] {
  const blocks: RankBlock[] = [];
  for (let rank = 1; rank <= count; ) {
    const width = Math.min(count - rank + 1, Math.max(1, Math.floor(rank * 0.02)));
    blocks.push({ rank, width });
    rank += width;
  }
  return blocks;
}
