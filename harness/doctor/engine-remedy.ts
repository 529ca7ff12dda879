import type { EngineProbe } from '../platform/docker/engine-probe.ts';
import { asRoot, type Scene } from './check.ts';

const defaultSocket = '/var/run/docker.sock';
const manual = 'see https://docs.docker.com/engine/install/';

interface Machine extends Pick<Scene, 'environment' | 'system' | 'isRoot'> {
  exists(path: string): boolean;
}

function service(machine: Machine, verb: 'start' | 'restart'): string {
  if (machine.system === 'darwin') {
    return 'open -a Docker';
  }
  // Its presence is how systemd itself tells that it runs this machine.
  return machine.exists('/run/systemd/system') ? asRoot(machine, `systemctl ${verb} docker`) : asRoot(machine, `service docker ${verb}`);
}

function install(machine: Machine, words: string): string {
  return machine.system === 'linux' && machine.exists('/usr/bin/apt-get') ? asRoot(machine, `apt-get ${words} docker.io`) : manual;
}

/** The command that makes a Docker engine usable on this machine. */
export function engineRemedy(found: Exclude<EngineProbe['found'], 'engine'>, machine: Machine): string {
  const { DOCKER_HOST: named } = machine.environment;
  const namesAnother = named !== undefined && named !== '' && named !== `unix://${defaultSocket}`;
  // There is an engine where it is usually, only the variable points elsewhere.
  if ((found === 'nothing' || found === 'nobody-listening') && namesAnother && machine.exists(defaultSocket)) {
    return 'unset DOCKER_HOST';
  }
  switch (found) {
    case 'nothing':
      return install(machine, 'install');
    case 'nobody-listening':
      return service(machine, 'start');
    case 'no-permission':
      return `${asRoot(machine, 'usermod -aG docker "$USER"')} && newgrp docker`;
    case 'no-answer':
      return service(machine, 'restart');
    case 'too-old':
      return install(machine, 'install --only-upgrade');
  }
}
