import type { EngineClient } from '../../engine.ts';

/** Seconds after which the engine kills a container that did not stop. */
const patienceSeconds = 10;

/** Stops a container as a platform does and returns the code that it ended with: 137 when it had to be killed. */
export async function exitCodeWhenStopped(client: EngineClient, id: string): Promise<number> {
  const container = client.getContainer(id);
  await container.stop({ t: patienceSeconds });
  return (await container.inspect()).State.ExitCode;
}
