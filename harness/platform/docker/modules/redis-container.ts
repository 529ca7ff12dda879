import { RedisContainer } from '@testcontainers/redis';
import { askCacheEngine } from '../../cache-engine-version.ts';
import { loopback } from '../../loopback.ts';
import { confined } from './confined.ts';
import { ProbeWait } from './probe-wait.ts';

const port = 6379;

/** testcontainers' own module under a quota. Ready when it answers a client. */
export class RedisCacheContainer extends confined(RedisContainer) {
  constructor(image: string) {
    super(image);
    this.withWaitStrategy(
      new ProbeWait(async (boundPorts) => {
        await askCacheEngine(`redis://${loopback}:${boundPorts.getBinding(port)}`);
      }),
    );
  }
}
