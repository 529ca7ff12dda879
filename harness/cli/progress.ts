import pc from 'picocolors';
import type { RunEvent } from '../contract/event.ts';
import type { Second } from '../contract/observation.ts';
import type { Step } from '../contract/plan.ts';

/** What the runner tells while it works. */
export interface ProgressView {
  event(event: RunEvent): void;
  second(step: Step, second: Second): void;
  /** Leaves the last state standing and gives the line back. */
  end(): void;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const silent: ProgressView = { event: () => undefined, second: () => undefined, end: () => undefined };
const plainIntervalMs = 10_000;
const barWidth = 24;

const clock = (ms: number) => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s` : `${seconds} s`;
};

function liveText({ sent, inFlight, searchResponseUs, errors }: Second, step: Step): string {
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const times =
    searchResponseUs === undefined
      ? ''
      : ` · search p50 ${(searchResponseUs.p50 / 1000).toFixed(1)} p99 ${(searchResponseUs.p99 / 1000).toFixed(1)} ms`;
  const offered = step.ratePerSecond === undefined ? `${sent}/s` : `${sent} of ${step.ratePerSecond}/s`;
  return `${offered} · ${inFlight} in flight${times}${failed === 0 ? '' : ` · ${failed} errors`}`;
}

/** One line per change of phase, and one per ten seconds while nothing changes: for logs and pipes. */
function plainView(stream: Stream): ProgressView {
  let lastMs = 0;
  let message = '';
  const line = (text: string) => {
    lastMs = performance.now();
    stream.write(`${text}\n`);
  };
  return {
    event(event) {
      message = event.message;
      const percent = event.progress === undefined ? '' : `${String(Math.round(event.progress * 100)).padStart(3)} %  `;
      line(`${percent}${event.message}`);
    },
    second(step, second) {
      if (performance.now() - lastMs >= plainIntervalMs) {
        line(`       ${message}: ${liveText(second, step)}`);
      }
    },
    end: () => undefined,
  };
}

/** One block of two lines, redrawn in place. */
function terminalView(stream: Stream): ProgressView {
  const startedMs = performance.now();
  let progress = 0;
  let message = '';
  let live = '';
  let drawn = false;
  const clipped = (text: string) => text.slice(0, Math.max(20, (stream.columns ?? 80) - 1));
  const draw = () => {
    const filled = Math.round(progress * barWidth);
    const elapsedMs = performance.now() - startedMs;
    const eta = progress > 0.15 ? ` · ETA ${clock((elapsedMs * (1 - progress)) / progress)}` : '';
    const head = clipped(
      `${'━'.repeat(filled)}${'─'.repeat(barWidth - filled)} ${String(Math.round(progress * 100)).padStart(3)} %${eta} · ${message}`,
    );
    stream.write(
      `${drawn ? '\u001b[1A\r' : ''}\u001b[2K${pc.cyan(head.slice(0, filled))}${head.slice(filled)}\n\u001b[2K${pc.dim(clipped(live))}\r`,
    );
    drawn = true;
  };
  return {
    event(event) {
      message = event.message;
      progress = event.progress ?? progress;
      if (event.type === 'invalid' || event.type === 'trouble') {
        stream.write(`${drawn ? '\u001b[1A\r\u001b[2K' : ''}${event.message}\n`);
        drawn = false;
      }
      live = '';
      draw();
    },
    second(step, second) {
      live = liveText(second, step);
      draw();
    },
    end: () => void stream.write(drawn ? '\u001b[2K' : ''),
  };
}

/** Chooses how progress is shown: redrawn on a terminal, by lines elsewhere, not at all when quiet. */
export function progressView(stream: Stream, quiet: boolean, environment: NodeJS.ProcessEnv = process.env): ProgressView {
  if (quiet) {
    return silent;
  }
  return stream.isTTY === true && environment.TERM !== 'dumb' ? terminalView(stream) : plainView(stream);
}
