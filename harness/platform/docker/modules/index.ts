import type { ImageRole } from '../../../contract/topology.ts';
import type { Environment } from '../../../rendering/environment.ts';
import { PostgresContainer } from './postgres-container.ts';
import { QdrantContainer } from './qdrant-container.ts';
import { RedisCacheContainer } from './redis-container.ts';
import { SystemContainer } from './system-container.ts';

/** The module of each role. To add one: write `<role>-container.ts` beside the others and name it here. */
const modules: Record<
  ImageRole,
  (image: string, environment: Environment) => SystemContainer | QdrantContainer | PostgresContainer | RedisCacheContainer
> = {
  system: (image, environment) => new SystemContainer(image).withEnvironment(environment),
  qdrant: (image, environment) => new QdrantContainer(image).withEnvironment(environment),
  redis: (image, environment) => new RedisCacheContainer(image).withEnvironment(environment),
  postgres: (image, { POSTGRES_USER: user = '', POSTGRES_PASSWORD: password = '', POSTGRES_DB: database = '', ...environment }) =>
    new PostgresContainer(image).withUsername(user).withPassword(password).withDatabase(database).withEnvironment(environment),
};

/** A container of this role that has not been started. */
export function createModule(role: ImageRole, image: string, environment: Environment) {
  return modules[role](image, environment);
}
