import { AbstractStartedContainer, GenericContainer } from 'testcontainers';
import { localUrl } from '../../loopback.ts';
import { confined } from './confined.ts';
import { httpWait } from './http-wait.ts';

const defaultPort = 8080;

/** One process of the reference system; the command decides which. */
export class SystemContainer extends confined(GenericContainer) {
  constructor(image: string) {
    super(image);
    this.withExposedPorts(defaultPort).withWaitStrategy(httpWait(defaultPort, '/ready'));
  }

  override async start(): Promise<StartedSystemContainer> {
    return new StartedSystemContainer(await super.start());
  }
}

export class StartedSystemContainer extends AbstractStartedContainer {
  get url(): string {
    return localUrl(this.getMappedPort(defaultPort));
  }
}
