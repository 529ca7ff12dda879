import { Failure } from '../contract/failure.ts';
import { nearest } from '../contract/parse.ts';

/** What `--platform` accepts. */
export const requestedPlatforms = ['auto', 'local'] as const;
export type RequestedPlatform = (typeof requestedPlatforms)[number];

export interface PlatformChoice {
  readonly id: 'local';
  readonly requested: RequestedPlatform;
  /** A sentence for the report. */
  readonly why: string;
}

const reasons: Record<RequestedPlatform, string> = {
  auto: 'auto takes the local platform: this version has no other, so Docker was not looked for',
  local: 'the local platform was asked for',
};

/**
 * Decides on which platform a run happens, and why.
 * @throws Failure `usage` (64) for a platform that does not exist.
 */
export function choosePlatform(requested = 'auto'): PlatformChoice {
  const known = requestedPlatforms.find((platform) => platform === requested);
  if (known === undefined) {
    const meant = nearest(requested, requestedPlatforms);
    const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`;
    throw new Failure('usage', 'unknown_platform', `"${requested}" is not a platform`, {
      hint: `choose one of ${requestedPlatforms.join(', ')}${suggestion}`,
    });
  }
  return { id: 'local', requested: known, why: reasons[known] };
}
