import { Failure } from '../contract/failure.ts';
import type { Scenario } from '../contract/scenario.ts';
import { choosePlatform, type PlatformChoice } from '../platform/choose.ts';
import type { EngineProbe } from '../platform/docker/engine-probe.ts';
import { possibleVariants } from '../run/possible-variants.ts';
import type { PlatformReport } from './report.ts';

export interface Offer extends Pick<PlatformReport, 'id' | 'scenarios'> {}

function offered({ capabilities }: PlatformChoice, scenarios: readonly Scenario[]): Offer['scenarios'] {
  return scenarios.map((scenario) => {
    const chosen = scenario.variants.map(({ id }) => id);
    const { possible, leftOut } = possibleVariants(scenario, { chosen, asked: false }, capabilities);
    return { id: scenario.id, variants: possible, leftOut };
  });
}

export interface PlatformFacts {
  readonly auto: { readonly id: PlatformReport['id']; readonly why: string };
  readonly offers: readonly Offer[];
}

/** What each platform offers, and which one `--platform auto` would take, by the rules of a run and not by a copy of them. */
export async function lookAtPlatforms(
  probe: EngineProbe,
  { environment, scenarios }: { readonly environment: NodeJS.ProcessEnv; readonly scenarios: readonly Scenario[] },
): Promise<PlatformFacts> {
  const choose = (requested: string) => choosePlatform({ requested, environment, probe });
  const docker = async (): Promise<Offer['scenarios']> => {
    try {
      return offered(await choose('docker'), scenarios);
    } catch (error) {
      // Without an engine; the check of the engine says why.
      if (error instanceof Failure) {
        return [];
      }
      throw error;
    }
  };
  const [auto, local, onDocker] = await Promise.all([choose('auto'), choose('local'), docker()]);
  const { id, why } = auto.description;
  return {
    auto: { id: id === 'docker' ? 'docker' : 'local', why },
    offers: [
      { id: 'docker', scenarios: onDocker },
      { id: 'local', scenarios: offered(local, scenarios) },
    ],
  };
}
