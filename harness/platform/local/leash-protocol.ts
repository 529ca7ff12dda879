/** What the runner and its leash say to each other: one JSON object per line. */

export interface SpawnCommand {
  readonly type: 'spawn';
  /** Chosen by the runner; never used twice. */
  readonly reference: number;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Receives stdout and stderr at its end. */
  readonly logFile: string;
  /** Asks the process to end in good order. */
  readonly endSignal: 'SIGTERM' | 'SIGINT';
}

/** `group` reaches the process group of the child, `tree` also descendants that left it for a session of their own. */
export interface SignalCommand {
  readonly type: 'signal';
  readonly reference: number;
  readonly signal: NodeJS.Signals;
  readonly reach: 'group' | 'tree';
}

/** Says that the end of input which follows is meant: nothing but the system under test is to be ended. */
export interface ReleaseCommand {
  readonly type: 'release';
}

export type LeashCommand = SpawnCommand | SignalCommand | ReleaseCommand;

export type LeashReport =
  | { readonly type: 'spawned'; readonly reference: number; readonly pid: number }
  | { readonly type: 'not-spawned'; readonly reference: number; readonly code: string; readonly message: string }
  | { readonly type: 'exited'; readonly reference: number; readonly code: number | null; readonly signal: NodeJS.Signals | null };
