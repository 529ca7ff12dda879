import { getOnce } from '../../http-get.ts';
import { localUrl } from '../../loopback.ts';
import { ProbeWait } from './probe-wait.ts';

/** Ready when a GET of this path on this port of the container answers 200. */
export function httpWait(port: number, path: string): ProbeWait {
  return new ProbeWait(async (boundPorts, signal) => {
    const { status, body } = await getOnce(`${localUrl(boundPorts.getBinding(port))}${path}`, signal);
    if (status !== 200) {
      throw new Error(`GET ${path} answered ${status} ${body.slice(0, 300)}`);
    }
  });
}
