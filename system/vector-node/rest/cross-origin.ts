import type { RequestHandler } from 'express';

const varying = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, CONNECT, TRACE';

/** Lets pages of any origin call the node, as the engine does by default. */
export const allowOrigins: RequestHandler = (request, response, next) => {
  response.setHeader('vary', varying);
  const origin = request.get('origin');
  if (origin === undefined) {
    next();
    return;
  }
  response.setHeader('access-control-allow-origin', origin);
  if (request.method !== 'OPTIONS' || request.get('access-control-request-method') === undefined) {
    next();
    return;
  }
  response.setHeader('access-control-allow-methods', methods);
  const headers = request.get('access-control-request-headers');
  if (headers !== undefined) {
    response.setHeader(
      'access-control-allow-headers',
      headers
        .split(',')
        .map((name) => name.trim())
        .join(', '),
    );
  }
  response.statusCode = 200;
  response.end();
};
