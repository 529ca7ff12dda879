export interface Recommendation {
  readonly atMs: number;
  readonly replicas: number;
}

interface Stabilized {
  readonly replicas: number;
  readonly recommendations: readonly Recommendation[];
}

/** The newest takes the place of the last one that no window reaches any more, so that the list stays short. */
function remember(
  recommendations: readonly Recommendation[],
  newest: Recommendation,
  isOld: (recommendation: Recommendation) => boolean,
): Recommendation[] {
  const place = recommendations.findLastIndex(isOld);
  return place < 0 ? [...recommendations, newest] : recommendations.with(place, newest);
}

/** Without `behavior`: the highest recommendation of the window, whose far end belongs to it. */
export function stabilizePlain(desired: number, recommendations: readonly Recommendation[], windowMs: number, nowMs: number): Stabilized {
  const isOld = ({ atMs }: Recommendation) => atMs < nowMs - windowMs;
  const recent = recommendations.filter((recommendation) => !isOld(recommendation));
  return {
    replicas: Math.max(desired, ...recent.map(({ replicas }) => replicas)),
    recommendations: remember(recommendations, { atMs: nowMs, replicas: desired }, isOld),
  };
}

/**
 * With `behavior`: current is lifted to the lowest recommendation of the up window, then lowered to the highest of the down
 * window. The far ends do not belong to the windows. What is remembered is the desired count before any of this.
 */
export function stabilizeWithWindows(
  current: number,
  desired: number,
  recommendations: readonly Recommendation[],
  windows: { readonly upMs: number; readonly downMs: number },
  nowMs: number,
): Stabilized {
  const within = (windowMs: number) => recommendations.filter(({ atMs }) => atMs > nowMs - windowMs).map(({ replicas }) => replicas);
  const up = Math.min(desired, ...within(windows.upMs));
  const down = Math.max(desired, ...within(windows.downMs));
  const cutoffMs = nowMs - Math.max(windows.upMs, windows.downMs);
  return {
    replicas: Math.min(Math.max(current, up), down),
    recommendations: remember(recommendations, { atMs: nowMs, replicas: desired }, ({ atMs }) => atMs < cutoffMs),
  };
}
