const bytesPerMebibyte = 1024 ** 2;
const bytesPerGibibyte = 1024 ** 3;
const bytesPerMegabyte = 1e6;
const bytesPerGigabyte = 1e9;

/** Memory: `23.5 GiB`, `512 MiB`. */
export function memory(bytes: number): string {
  return bytes < bytesPerGibibyte ? `${Math.round(bytes / bytesPerMebibyte)} MiB` : `${(bytes / bytesPerGibibyte).toFixed(1)} GiB`;
}

/** Disks and images, as their makers count: `76.4 GB`, `167 MB`. */
export function storage(bytes: number): string {
  return bytes < bytesPerGigabyte ? `${Math.round(bytes / bytesPerMegabyte)} MB` : `${(bytes / bytesPerGigabyte).toFixed(1)} GB`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Milliseconds with three significant digits, so that microseconds stay visible. */
export function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}

export function cores(count: number): string {
  return `${Number(count.toFixed(2))} ${count === 1 ? 'core' : 'cores'}`;
}
