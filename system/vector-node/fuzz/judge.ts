import type { FuzzAnswer } from './send.ts';

/** Server errors that are answers: what the node says it does not have, and those that are recorded from the real engine. */
const documented: readonly { readonly status: number; readonly text: RegExp }[] = [
  { status: 501, text: /^Not implemented: the embedded vector node does not have / },
  { status: 500, text: /^Service internal error: Http request error: error sending request for url / },
  { status: 500, text: /^Service internal error: / },
];
/** Of the last rule only on these routes: the engine's own answers there, as recorded. */
const failingRoutes = [/^\/cluster\/recover/, /^\/cluster\/telemetry/];

/** What is wrong with an answer; undefined when nothing is. */
export function problemOf(method: string, path: string, { status, type, text }: FuzzAnswer): string | undefined {
  if (method === 'HEAD' || text === '') {
    return status === 404 || status === 200 || status === 204 || method === 'HEAD' ? undefined : `status ${status} with an empty body`;
  }
  if (!type.startsWith('application/json')) {
    return status < 500 && type.startsWith('text/plain') ? undefined : status === 200 ? undefined : `status ${status} of type ${type}`;
  }
  let body: { result?: unknown; status?: unknown; time?: unknown };
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    return `status ${status} with a body that is no JSON: ${text.slice(0, 200)}`;
  }
  if (status >= 200 && status < 300) {
    return path === '/' || path.startsWith('/?') || body.status === 'ok' || body.status === 'accepted'
      ? undefined
      : `status ${status} says ${JSON.stringify(body.status)}`;
  }
  const error = (body.status as { error?: unknown } | undefined)?.error;
  if (typeof error !== 'string' || error === '') {
    return `status ${status} without an error's text: ${text.slice(0, 200)}`;
  }
  if (status < 500) {
    return undefined;
  }
  const isFailingRoute = failingRoutes.some((route) => route.test(path));
  const rules = isFailingRoute ? documented : documented.slice(0, 2);
  return rules.some((rule) => rule.status === status && rule.text.test(error)) ? undefined : `undocumented status ${status}: ${error}`;
}
