import { Failure } from '../contract/failure.ts';
import type { Result } from '../contract/result.ts';
import type { Capability, Scenario } from '../contract/scenario.ts';

export type Capabilities = Readonly<Record<Capability, { readonly present: boolean; readonly why: string }>>;

/**
 * Splits the variants into those that the platform can serve and those that are left out, each with the reason.
 * @throws Failure `environment` (75) when one that was asked for by name is among the latter.
 */
export function possibleVariants(
  { variants }: Pick<Scenario, 'variants'>,
  { chosen, asked }: { readonly chosen: readonly string[]; readonly asked: boolean },
  capabilities: Capabilities,
): { readonly possible: string[]; readonly leftOut: NonNullable<Result['leftOut']> } {
  const leftOut = variants
    .filter(({ id }) => chosen.includes(id))
    .flatMap(({ id, requires = [] }) => {
      const reasons = requires.filter((capability) => !capabilities[capability].present).map((capability) => capabilities[capability].why);
      return reasons.length === 0 ? [] : [{ variant: id, why: reasons.join('; ') }];
    });
  const [first] = leftOut;
  if (asked && first !== undefined) {
    throw new Failure('environment', 'variant_not_possible', `variant ${first.variant} cannot be measured here: ${first.why}`, {
      hint: 'npm run -s scenario -- doctor tells what each platform could run on this machine',
    });
  }
  const names = leftOut.map(({ variant }) => variant);
  return { possible: chosen.filter((id) => !names.includes(id)), leftOut };
}
