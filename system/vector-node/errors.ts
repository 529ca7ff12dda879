/** An error that the client is told about in Qdrant's envelope; `message` is the whole text of `status.error`. */
export class VectorNodeError extends Error {
  override readonly name: string = 'VectorNodeError';
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** Where in the body a format error is reported to be, as serde does: a column, or nothing for formats that it buffers first. */
export type FormatPosition =
  | { readonly kind: 'end' }
  | { readonly kind: 'value'; readonly path: readonly (string | number)[] }
  | { readonly kind: 'enum'; readonly path: readonly (string | number)[] }
  | { readonly kind: 'column'; readonly line: number; readonly column: number };

/** The body is not of the shape that the call takes (400). The position is added where the body's text is known. */
export class FormatError extends VectorNodeError {
  override readonly name = 'FormatError';
  readonly detail: string;
  readonly position: FormatPosition;

  constructor(detail: string, position: FormatPosition = { kind: 'end' }) {
    super(400, `Format error in JSON body: ${detail}`);
    this.detail = detail;
    this.position = position;
  }
}

export function badRequest(message: string): VectorNodeError {
  return new VectorNodeError(400, `Bad request: ${message}`);
}

export function wrongInput(message: string): VectorNodeError {
  return new VectorNodeError(400, `Wrong input: ${message}`);
}

export function nameTaken(collection: string): VectorNodeError {
  return new VectorNodeError(409, `Wrong input: Collection \`${collection}\` already exists!`);
}

export function collectionNotFound(name: string): VectorNodeError {
  return notFound(`Collection \`${name}\` doesn't exist!`);
}

export function notFound(message: string): VectorNodeError {
  return new VectorNodeError(404, `Not found: ${message}`);
}

/** Values of the right type outside their range (422). */
export function invalidBody(problem: string): VectorNodeError {
  return new VectorNodeError(422, `Validation error in JSON body: [${problem}]`);
}

/** A collection's own rate limit was met (429). */
export class RateLimitError extends VectorNodeError {
  override readonly name = 'RateLimitError';
  /** Undefined when trying again is no use. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: string, retryAfterSeconds?: number) {
    super(429, `Rate limiting exceeded: ${problem}`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A part of Qdrant's API that this node knows and does not have: said by name, never answered wrongly. */
export function notImplemented(what: string): VectorNodeError {
  return new VectorNodeError(501, `Not implemented: the embedded vector node does not have ${what}`);
}

/** Vectors to be made from text or pictures: a Qdrant without an inference service refuses them too, except its own BM25, which is not here. */
export function inferenceRefused(model: unknown): VectorNodeError {
  if (typeof model === 'string' && /^qdrant\/bm25$/i.test(model)) {
    return notImplemented('the model qdrant/bm25 (vectors made from text)');
  }
  return new VectorNodeError(500, 'Service internal error: InferenceService URL not configured - please provide valid address in config');
}

/** A vector of one kind where the collection has another under that name. */
export function vectorKindError(kind: 'sparse' | 'multi'): VectorNodeError {
  return wrongInput(`Conversion between ${kind} and regular vectors failed`);
}

/** The disk refused; what was acknowledged before is safe and reads go on. */
export function storageFailed(path: string, cause: unknown): VectorNodeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VectorNodeError(500, `Service internal error: cannot write ${path}: ${reason}`, cause);
}

export function vectorDimensionError(expected: number, actual: number, vectorName: string): VectorNodeError {
  const where = vectorName === '' ? '' : ` for vector '${vectorName}'`;
  return wrongInput(`Vector dimension error: expected dim: ${expected}, got ${actual}${where}`);
}

export function unknownVectorName(name: string): VectorNodeError {
  return wrongInput(`Not existing vector name error: ${name}`);
}
