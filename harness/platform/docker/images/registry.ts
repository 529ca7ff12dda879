import type { EngineClient } from '../engine.ts';
import { followEngine } from './build-image.ts';

/** Whether an image is on this machine now, and if not, why not. */
export interface NotFetched {
  readonly outcome: 'unreachable' | 'refused';
  readonly registry: string;
  readonly reason: string;
}
export type Fetched = { readonly outcome: 'present' | 'pulled' } | NotFetched;

/** What the engine says when nobody answered, in contrast to a registry that answered "no". */
const nobodyAnswered =
  /dial tcp|no such host|i\/o timeout|connection refused|connection reset|network is unreachable|no route to host|handshake timeout|Client\.Timeout|deadline exceeded|proxyconnect|server misbehaving|\bEOF\b/;

/** The registry in a name: its first part when that is a host, otherwise Docker's own. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

/** The end of an engine's message is its cause; the beginning repeats the address. */
function shortReason(message: string): string {
  return message.trim().split(': ').at(-1) ?? message;
}

/** Fetches images, and asks a registry that did not answer only once. */
export interface Registries {
  fetch(image: string, onLine?: (line: string) => void): Promise<Fetched>;
}

export function openRegistries(client: EngineClient, signal?: AbortSignal): Registries {
  const silent = new Map<string, string>();
  const isPresent = async (image: string) => {
    try {
      await client.getImage(image).inspect();
      return true;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) {
        return false;
      }
      throw error;
    }
  };
  const pull = async (image: string, onLine?: (line: string) => void): Promise<string | undefined> => {
    try {
      const stream = await client.pull(image, signal === undefined ? {} : { abortSignal: signal });
      return (await followEngine(client, stream, onLine))?.error;
    } catch (error) {
      signal?.throwIfAborted();
      const { statusCode, json, message } = error as { statusCode?: number; json?: { message?: string } | null; message: string };
      if (statusCode === undefined) {
        throw error;
      }
      return json?.message ?? message;
    }
  };
  return {
    async fetch(image, onLine) {
      if (await isPresent(image)) {
        return { outcome: 'present' };
      }
      const registry = registryOf(image);
      const known = silent.get(registry);
      if (known !== undefined) {
        return { outcome: 'unreachable', registry, reason: known };
      }
      const failed = await pull(image, onLine);
      if (failed === undefined) {
        return { outcome: 'pulled' };
      }
      const reason = shortReason(failed);
      if (!nobodyAnswered.test(failed)) {
        return { outcome: 'refused', registry, reason };
      }
      silent.set(registry, reason);
      return { outcome: 'unreachable', registry, reason };
    },
  };
}
