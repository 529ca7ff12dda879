/**
 * What Docker Engine 20.10.24 answered on Debian 12 with two cores, shortened to what its clients read. Recorded with
 * `curl --unix-socket /var/run/docker.sock http://engine/version` and `…/info`.
 */
export const recordedVersion = {
  Platform: { Name: '' },
  Version: '20.10.24+dfsg1',
  ApiVersion: '1.41',
  MinAPIVersion: '1.12',
  GitCommit: '5d6db84',
  GoVersion: 'go1.19.8',
  Os: 'linux',
  Arch: 'amd64',
};

export const recordedInfo = {
  Containers: 2,
  ContainersRunning: 0,
  Images: 52,
  Driver: 'overlay2',
  MemoryLimit: true,
  SwapLimit: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  CPUSet: true,
  PidsLimit: true,
  CgroupDriver: 'cgroupfs',
  CgroupVersion: '1',
  OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  OSType: 'linux',
  Architecture: 'x86_64',
  IndexServerAddress: 'https://index.docker.io/v1/',
  NCPU: 2,
  MemTotal: 25_276_518_400,
  DockerRootDir: '/var/lib/docker',
  Labels: [],
  ServerVersion: '20.10.24+dfsg1',
  Runtimes: { runc: { path: 'runc' } },
  DefaultRuntime: 'runc',
  Warnings: null,
};

/** `GET /networks/bridge`, which testcontainers may ask for where it runs inside a container itself; it names no gateway. */
export const recordedBridge = { Name: 'bridge', Driver: 'bridge', IPAM: { Config: [{ Subnet: '172.17.0.0/16' }] } };

/** `GET /images/<name>/json` of an image with these labels. */
export function imageAnswer(name: string, sizeBytes: number, labels: Readonly<Record<string, string>>) {
  return {
    Id: 'sha256:e6c6efa6966b7b033245d8c18d6566096f9d314ac4104e2227a8318dfdf005e3',
    RepoTags: [name],
    Architecture: 'amd64',
    Os: 'linux',
    Size: sizeBytes,
    Config: { Labels: labels, Volumes: null },
  };
}
