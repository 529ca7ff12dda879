import type { ProfileId } from '../contract/common.ts';
import type { Scenario } from '../contract/scenario.ts';
import type { NamedImages } from '../platform/docker/choose-images.ts';
import type { AskedQuota } from './asked-quota.ts';

/** What the command line decides about a run. */
export interface RunOptions {
  readonly scenario: Scenario;
  readonly profile: ProfileId;
  /** As the user named it. */
  readonly platform: string;
  readonly images: NamedImages;
  /** Instead of what the topologies say. */
  readonly quota: AskedQuota;
  readonly seed: number;
  /** Instead of the warm-up that the pilots show. */
  readonly warmUpSeconds: number | undefined;
  /** Generator processes. */
  readonly workers: number;
  readonly variants: readonly string[];
  readonly variantsWereNamed: boolean;
  readonly outputDirectory: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly strict: boolean;
}
