import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ComposeService } from './compose-service.ts';
import { composeText } from './compose-text.ts';

function serviceWith(environment: Record<string, string>, command: readonly string[] = []): ComposeService {
  return {
    image: 'any',
    command,
    environment,
    healthcheck: { test: ['NONE'], interval: '1s', timeout: '1s', retries: 1, start_period: '1s' },
    cpus: 1,
    mem_limit: '16m',
    memswap_limit: '16m',
    labels: {},
  };
}

function textOf(services: Record<string, ComposeService>, secrets: readonly string[] = []): string {
  return composeText({ header: ['any'], services, networks: {}, volumes: {}, secrets });
}

const readers = ['1.1', '1.2'] as const;

describe('composeText', () => {
  it('keeps every string a string, for readers of YAML 1.1 and 1.2', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'on',
        'No',
        'y',
        'null',
        '~',
        '1:30',
        '0o17',
        '017',
        '1_000',
        '1e3',
        '2026-01-01',
        '<<',
        '=',
        '-',
        '--',
        '---',
        '-.inf',
        '',
      ),
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[a-z:#\-\s$%'"{}[\]|>&*!,]{0,12}$/),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = textOf({ one: serviceWith(Object.fromEntries(words.map((value, index) => [`V${index}`, value])), words) });
        for (const version of readers) {
          const { one } = (parse(text, { version }) as { services: Record<string, ComposeService> }).services;
          const expected = words.map((value) => value.replaceAll('$', '$$$$'));
          expect(one?.command).toEqual(expected);
          expect(Object.values(one?.environment ?? {})).toEqual(expected);
        }
      }),
    );
  });

  it('refers from every service to the one place of a secret, under a name of its own for each value', () => {
    const text = textOf(
      {
        one: serviceWith({ TOKEN: 'first-secret', URL: 'x://second-secret@one', PLAIN: 'same' }),
        two: serviceWith({ TOKEN: 'first-secret', URL: 'x://second-secret@two', PLAIN: 'same' }),
      },
      ['first-secret', 'second-secret'],
    );
    const read = parse(text) as { 'x-secrets': object; services: Record<string, ComposeService> };
    expect(read['x-secrets']).toEqual({ token: 'first-secret', url: 'x://second-secret@one', 'url-2': 'x://second-secret@two' });
    expect(read.services.two?.environment).toEqual({ TOKEN: 'first-secret', URL: 'x://second-secret@two', PLAIN: 'same' });
    expect(text.match(/first-secret/g)).toHaveLength(1);
    expect(text.match(/second-secret/g)).toHaveLength(2);
  });
});
