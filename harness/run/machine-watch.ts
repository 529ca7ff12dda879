import type { ProfileId } from '../contract/common.ts';
import { type MachineCpu, type MachineUse, machineUse } from '../measurement/machine-use.ts';
import { readMachineCpu } from '../platform/machine-cpu.ts';
import type { Platform } from '../platform/platform.ts';

/** Profiles whose verdicts are meant to stand: with them a busy machine costs a repetition; the short ones only tell of it. */
const strictProfiles: readonly ProfileId[] = ['standard', 'full'];

/** Looks at the machine at both ends of a steady window. */
export class MachineWatch {
  /** Is a window that others disturbed too much to be repeated? */
  readonly isStrict: boolean;
  readonly #ownPids: () => readonly number[];
  #before: MachineCpu | undefined;
  #after: MachineCpu | undefined;

  constructor(platform: Pick<Platform, 'ownPids'>, profile: ProfileId) {
    this.isStrict = strictProfiles.includes(profile);
    this.#ownPids = () => platform.ownPids();
  }

  begin(): void {
    this.#before = readMachineCpu(this.#ownPids());
  }

  end(): void {
    this.#after = readMachineCpu(this.#ownPids());
  }

  /** What others took in the window; undefined where it cannot be known. */
  use(): MachineUse | undefined {
    return this.#before && this.#after && machineUse(this.#before, this.#after);
  }
}
