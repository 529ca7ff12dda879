import { expect, it } from 'vitest';
import { singleVsSharded } from '../../scenarios/single-vs-sharded.ts';
import { scenarioSchema } from '../contract/scenario.ts';
import { scenarioForProfile } from './scenario-for-profile.ts';

it('lays ranges over the documents of the profile, keeps those that a topology names, and changes nothing else', () => {
  const named = {
    id: 'named',
    title: 'named',
    topology: { ...rangeVariant().topology, vector: { ...rangeVariant().topology.vector, expectedDocuments: 7 } },
  };
  const given = scenarioSchema.parse({ ...singleVsSharded, variants: [...singleVsSharded.variants, named] });
  const quick = scenarioForProfile(given, 'quick');
  const expected = quick.variants.map(({ topology: { vector } }) => ('expectedDocuments' in vector ? vector.expectedDocuments : undefined));
  expect(expected.filter((value) => value !== undefined)).toEqual([given.profiles.quick.documents, 7]);
  const others = ({ variants }: typeof given) => variants.filter(({ topology }) => topology.vector.sharding !== 'range');
  expect(others(quick)).toEqual(others(given));
  expect(scenarioSchema.parse(quick)).toEqual(quick);
});

function rangeVariant() {
  const found = singleVsSharded.variants.find(({ topology }) => topology.vector.sharding === 'range');
  if (found === undefined) {
    throw new Error('the scenario has no range variant');
  }
  return found;
}
