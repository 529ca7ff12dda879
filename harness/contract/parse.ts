import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { Failure } from './failure.ts';

export interface Problem {
  /** Where, as `variants[0].topology.id`. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** The nearest of `known` to `word`, when it is near enough to be a slip of the keys. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) {
    return undefined;
  }
  const candidate = closest(word, known as string[]);
  return distance(word, candidate) * 2 <= candidate.length ? candidate : undefined;
}

export function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) {
      return undefined;
    }
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Keys that the schema knows at a path, read from its own JSON Schema shape. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const nodes = path.reduce<unknown[]>((before, part) => before.flatMap((node) => steps(node, part)), [schema]);
  return [...new Set(nodes.flatMap(shapesOf).flatMap((shape) => Object.keys(shape)))];
}

/** The fields of an object; of a union those of every alternative, because the reader may have meant any. */
function shapesOf(node: unknown): Record<PropertyKey, unknown>[] {
  const inner = unwrap(node);
  const { shape } = (inner ?? {}) as { shape?: Record<PropertyKey, unknown> };
  return shape === undefined ? (definitionOf(inner).options ?? []).flatMap(shapesOf) : [shape];
}

interface Definition {
  innerType?: unknown;
  in?: unknown;
  element?: unknown;
  valueType?: unknown;
  options?: readonly unknown[];
}

function definitionOf(node: unknown): Definition {
  return (node as { def?: Definition } | undefined)?.def ?? {};
}

function unwrap(node: unknown): unknown {
  const { innerType, in: input } = definitionOf(node);
  const inner = innerType ?? input;
  return inner === undefined ? node : unwrap(inner);
}

/** Where a part of a path may lead: in a union into every alternative that has it. */
function steps(node: unknown, part: PropertyKey): unknown[] {
  const inner = unwrap(node);
  const { element, valueType } = definitionOf(inner);
  const fields = shapesOf(inner).flatMap((shape) => (part in shape ? [shape[part]] : []));
  return fields.length > 0 ? fields : [typeof part === 'number' ? element : valueType];
}

/** Numbers that JSON does not have are written as they are. */
function valueText(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : JSON.stringify(value)?.slice(0, 120);
}

/** What is wrong with a union: with the alternative that was meant, which is the one that got past its own type. */
function problemsOfUnion(schema: z.ZodType, input: unknown, issue: z.core.$ZodIssueInvalidUnion): Problem[] {
  const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
  if (discriminator !== undefined && options !== undefined) {
    return [unknownValue(pathText(issue.path), valueAt(input, issue.path), options)];
  }
  const meant = issue.errors.find((issues) => issues.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'));
  return (meant ?? issue.errors[0] ?? []).flatMap((inner) =>
    problemsOf(schema, input, { ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue),
  );
}

function unknownValue(path: string, value: unknown, allowed: readonly unknown[]): Problem {
  const names = allowed.map(String);
  return withSuggestion(path, `${valueText(value)} is none of ${names.join(', ')}`, String(value), names);
}

function problemsOf(schema: z.ZodType, input: unknown, issue: z.core.$ZodIssue): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => withSuggestion(pathText([...issue.path, key]), `unknown field "${key}"`, key, known));
  }
  const path = pathText(issue.path);
  const value = valueAt(input, issue.path);
  if (issue.code === 'invalid_value') {
    return [unknownValue(path, value, issue.values)];
  }
  if (issue.code === 'invalid_union') {
    return problemsOfUnion(schema, input, issue);
  }
  if (issue.code === 'custom') {
    const { allowed, received } = (issue.params ?? {}) as { allowed?: string[]; received?: string };
    return [withSuggestion(path, issue.message, received ?? '', allowed ?? [])];
  }
  return [{ path, message: `${issue.message}${value === undefined ? '' : `, received ${valueText(value)}`}` }];
}

function withSuggestion(path: string, message: string, word: string, known: readonly string[]): Problem {
  const suggestion = nearest(word, known);
  return suggestion === undefined ? { path, message } : { path, message, hint: `did you mean "${suggestion}"?` };
}

/** Every problem of an input at once, with the nearest known name where a name is wrong; empty when it is valid. */
export function problemsIn(schema: z.ZodType, input: unknown): Problem[] {
  const parsed = schema.safeParse(input, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(schema, input, issue));
}

/**
 * Parses by a schema or throws one `Failure` (exit 78) that lists every problem. `what` names the input for the reader,
 * such as `scenario "single-vs-sharded"`.
 */
export function parseOrFail<T extends z.ZodType>(schema: T, input: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) {
    return parsed.data;
  }
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(schema, input, issue));
  const lines = problems.map(({ path, message, hint }) => `  ${path || '(root)'}: ${message}${hint === undefined ? '' : `; ${hint}`}`);
  throw new Failure('configuration', 'invalid_configuration', `${what} is not valid:\n${lines.join('\n')}`);
}
