import { projectVersion } from '../names.ts';
import type { StandIn } from './stand-in.ts';

/**
 * The embedded vector node where a Qdrant is expected: its port, its storage, its variables. A command, not an entrypoint, as in
 * Qdrant's own image: whoever asks for a cluster by `./qdrant --uri …` is told that there is none, instead of being ignored.
 */
export async function qdrantStandIn(): Promise<StandIn> {
  return {
    engine: 'embedded vector node',
    engineVersion: await projectVersion(),
    base: 'system',
    dockerfile: async (base) => `FROM ${base}
VOLUME /qdrant/storage
EXPOSE 6333
CMD ["node", "/app/system/vector-node/main.ts"]
`,
    root: async () => [],
    owned: [],
  };
}
