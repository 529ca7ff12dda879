import type { Environment } from '../../rendering/environment.ts';

/** What a process needs from the user's environment. Everything else could change how the system behaves. */
const inherited = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const;

/** The part of the user's environment that every process is given. */
export function inheritedEnvironment(environment: NodeJS.ProcessEnv): Environment {
  return Object.fromEntries(inherited.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}
