import { AbstractStartedContainer, GenericContainer } from 'testcontainers';
import { localUrl } from '../../loopback.ts';
import { confined } from './confined.ts';
import { httpWait } from './http-wait.ts';

export const qdrantHttpPort = 6333;
/** Peers of a cluster talk to each other here. */
export const qdrantPeerPort = 6335;

/** One Qdrant node: standalone, or the first or a later peer of a cluster. */
export class QdrantContainer extends confined(GenericContainer) {
  constructor(image: string) {
    super(image);
    this.withExposedPorts(qdrantHttpPort)
      .withEnvironment({ QDRANT__TELEMETRY_DISABLED: 'true' })
      .withWaitStrategy(httpWait(qdrantHttpPort, '/readyz'));
  }

  override async start(): Promise<StartedQdrantContainer> {
    return new StartedQdrantContainer(await super.start());
  }
}

export class StartedQdrantContainer extends AbstractStartedContainer {
  /** Of the REST interface, as this machine reaches it. */
  get url(): string {
    return localUrl(this.getMappedPort(qdrantHttpPort));
  }
}
