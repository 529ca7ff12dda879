/** Everything that the harness starts and asks is reached here. */
export const loopback = '127.0.0.1';

export function localUrl(port: number): string {
  return `http://${loopback}:${port}`;
}
