interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Interval of first − second from the Wilson intervals of two independent shares (Newcombe, Statistics in Medicine 17,
 * 1998, method 10). Where both sides answered the same questions it is wider than it need be, never narrower.
 */
export function differenceOfShares(first: Share, second: Share): { readonly low: number; readonly high: number } {
  const difference = first.value - second.value;
  return {
    low: difference - Math.hypot(first.value - first.low, second.high - second.value),
    high: difference + Math.hypot(first.high - first.value, second.value - second.low),
  };
}
