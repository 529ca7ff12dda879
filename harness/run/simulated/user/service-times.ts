import { parse, YAMLParseError } from 'yaml';
import { Failure } from '../../../contract/failure.ts';
import { parseOrFail } from '../../../contract/parse.ts';
import { type SimulatedSystem, simulatedSystemSchema } from '../../../contract/simulation.ts';

/** A document of YAML or JSON. Throws `Failure` (78) where the text is neither. */
export function yamlIn(text: string, file: string): unknown {
  try {
    // Of what is odd but readable the schema tells more than a warning of the parser would.
    return parse(text, { logLevel: 'error' }) as unknown;
  } catch (cause) {
    // The parser complains of what it cannot read, and of aliases that lead nowhere or multiply.
    if (cause instanceof YAMLParseError || cause instanceof ReferenceError) {
      throw new Failure('configuration', 'invalid_yaml', `${file} is neither YAML nor JSON: ${cause.message}`, {
        hint: 'look at the line that is named, and at its indentation',
        cause,
      });
    }
    throw cause;
  }
}

/**
 * A service-time profile: the system that is simulated, in YAML or JSON. Throws `Failure` (78) with every problem: its path, the
 * value, and the nearest known name.
 */
export function readServiceTimes(text: string, file: string): SimulatedSystem {
  return parseOrFail(simulatedSystemSchema, yamlIn(text, file), file);
}
