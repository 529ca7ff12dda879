import { parse, YAMLParseError } from 'yaml';
import { type Claim, claimsFileSchema } from '../contract/claim.ts';
import { Failure } from '../contract/failure.ts';
import { parseOrFail } from '../contract/parse.ts';

/**
 * Reads the registry of claims from its YAML text. Throws a `Failure` (78) that names every problem: the line where the
 * text is no YAML, otherwise each field that is missing, unknown or out of its range, and each id that is listed twice.
 */
export function claimsFrom(text: string, file: string): Claim[] {
  let content: unknown;
  try {
    content = parse(text, { uniqueKeys: true });
  } catch (error) {
    if (error instanceof YAMLParseError) {
      const line = error.linePos?.[0].line;
      throw new Failure('configuration', 'invalid_yaml', `${file}${line === undefined ? '' : `:${line}`} is no YAML: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
  return parseOrFail(claimsFileSchema, content, file).claims;
}
