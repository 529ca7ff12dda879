import { describe, expect, it } from 'vitest';
import { engineRemedy } from './engine-remedy.ts';

const socket = '/var/run/docker.sock';
const debian = ['/usr/bin/apt-get', '/run/systemd/system'];

function remedy(
  found: Parameters<typeof engineRemedy>[0],
  there: readonly string[],
  changes: Partial<Parameters<typeof engineRemedy>[1]> = {},
) {
  return engineRemedy(found, { environment: {}, system: 'linux', isRoot: false, exists: (path) => there.includes(path), ...changes });
}

describe('engineRemedy', () => {
  it.each([
    ['nothing', 'sudo apt-get install docker.io'],
    ['nobody-listening', 'sudo systemctl start docker'],
    ['no-permission', 'sudo usermod -aG docker "$USER" && newgrp docker'],
    ['no-answer', 'sudo systemctl restart docker'],
    ['too-old', 'sudo apt-get install --only-upgrade docker.io'],
  ] as const)('mends "%s" on Debian by %s', (found, command) => {
    expect(remedy(found, debian)).toBe(command);
  });

  it('needs no sudo as root and no systemd where there is none', () => {
    expect(remedy('nobody-listening', ['/usr/bin/apt-get'], { isRoot: true })).toBe('service docker start');
  });

  it('points to the manual where there is no package to name', () => {
    expect(remedy('nothing', [])).toContain('https://docs.docker.com');
    expect(remedy('nothing', [], { system: 'darwin' })).toContain('https://docs.docker.com');
    expect(remedy('nobody-listening', [], { system: 'darwin' })).toBe('open -a Docker');
  });

  it('takes back a variable that points away from the engine that is there', () => {
    const environment = { DOCKER_HOST: 'unix:///elsewhere.sock' };
    expect(remedy('nothing', [...debian, socket], { environment })).toBe('unset DOCKER_HOST');
    expect(remedy('nothing', debian, { environment })).toBe('sudo apt-get install docker.io');
    expect(remedy('too-old', [...debian, socket], { environment })).not.toContain('unset');
  });
});
