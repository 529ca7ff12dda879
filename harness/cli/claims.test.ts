import { expect, it } from 'vitest';
import { scenarios } from '../../scenarios/index.ts';
import { readClaims } from '../run/claims-file.ts';
import { claimsJson, claimsText, listedClaims } from './claims.ts';

const existing = scenarios.map(({ id }) => id);
const all = await readClaims();

it('lists every claim once with the scenario that judges it, and says whether that exists', () => {
  const listed = listedClaims(all, { scenario: undefined, existing });
  expect(listed.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  expect(listed.every(({ scenarioExists, judged }) => scenarioExists === judged)).toBe(true);
  const text = claimsText(listed);
  // The first scenario begins the text, every other one a line.
  const lines = `\n${text}`;
  for (const { id, scenario } of all) {
    expect(text).toContain(`  ${id} `);
    expect(lines).toContain(`\n${scenario}: `);
  }
  expect(text).not.toMatch(/undefined|NaN|\[object/);
  expect(text).toContain(`${all.length} claims in all, ${listed.filter(({ judged }) => judged).length} judged`);
});

it('lists those of one scenario, and the same as JSON', () => {
  const listed = listedClaims(all, { scenario: 'single-vs-sharded', existing });
  expect(listed.length).toBeGreaterThan(0);
  expect(listed.every(({ scenario }) => scenario === 'single-vs-sharded')).toBe(true);
  const parsed: unknown = JSON.parse(claimsJson(listed));
  expect(parsed).toEqual({ claims: listed });
});
