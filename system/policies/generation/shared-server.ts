/** A server that works on all its requests at once and is slower the more there are; times in ms of an unloaded clock. */
export interface SharedServerFigures {
  /** The size of a request to which the times belong. */
  readonly requestTokens: number;
  /** With few requests each takes this long, however few. */
  readonly minimumMs: number;
  /** With n requests at once each takes `baseMs` + n × `perRequestMs`, if that is longer. */
  readonly baseMs: number;
  readonly perRequestMs: number;
  /** Smaller requests cost as much as one of this size. */
  readonly leastTokens: number;
}

/** Processor sharing as a rule without a clock, used like the batch engine. */
export interface SharedServer {
  /** `onEnd` is called when the request is done. The returned function takes the request back. */
  submit(tokens: number, onEnd: () => void, nowMs: number): (nowMs: number) => void;
  advance(nowMs: number): void;
  nextEventMs(): number | undefined;
}

export function createSharedServer({ requestTokens, minimumMs, baseMs, perRequestMs, leastTokens }: SharedServerFigures): SharedServer {
  /** Work of one request of `requestTokens` done since the start; every request in progress has the same part of it. */
  let work = 0;
  let workedUntilMs = 0;
  const inProgress = new Set<{ readonly endsAtWork: number; readonly onEnd: () => void }>();
  const durationMs = () => Math.max(minimumMs, baseMs + inProgress.size * perRequestMs);
  const workUntil = (nowMs: number) => {
    if (nowMs > workedUntilMs) {
      work += inProgress.size === 0 ? 0 : (nowMs - workedUntilMs) / durationMs();
      workedUntilMs = nowMs;
    }
  };
  const next = () => {
    let first: { readonly endsAtWork: number; readonly onEnd: () => void } | undefined;
    for (const request of inProgress) {
      if (first === undefined || request.endsAtWork < first.endsAtWork) {
        first = request;
      }
    }
    return first === undefined ? undefined : { first, atMs: workedUntilMs + Math.max(0, first.endsAtWork - work) * durationMs() };
  };
  const advance = (nowMs: number) => {
    for (let end = next(); end !== undefined && end.atMs <= nowMs; end = next()) {
      workUntil(end.atMs);
      inProgress.delete(end.first);
      end.first.onEnd();
    }
    workUntil(nowMs);
  };
  return {
    submit(tokens, onEnd, nowMs) {
      advance(nowMs);
      const request = { endsAtWork: work + Math.max(leastTokens, tokens) / requestTokens, onEnd };
      inProgress.add(request);
      return (laterMs) => {
        advance(laterMs);
        inProgress.delete(request);
      };
    },
    advance,
    nextEventMs: () => next()?.atMs,
  };
}
