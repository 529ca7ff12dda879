import { expect, test } from 'vitest';
import { type AliasAction, applyAliasActions } from './aliases.ts';

const isCollection = (name: string) => ['blue', 'green'].includes(name);
const current = new Map([['live', 'blue']]);
const changed = (...actions: AliasAction[]) => {
  const { aliases, refusal } = applyAliasActions(current, actions, isCollection);
  return { aliases: [...aliases], refusal: refusal?.message };
};

test('a swap is one change, renaming keeps the collection, and the given aliases are not touched', () => {
  expect(changed({ kind: 'delete', alias: 'live' }, { kind: 'create', alias: 'live', collection: 'green' })).toEqual({
    aliases: [['live', 'green']],
    refusal: undefined,
  });
  expect(changed({ kind: 'create', alias: 'live', collection: 'green' }).aliases).toEqual([['live', 'green']]);
  expect(changed({ kind: 'rename', alias: 'live', newAlias: 'prod' }).aliases).toEqual([['prod', 'blue']]);
  expect(changed({ kind: 'delete', alias: 'nope' })).toEqual({ aliases: [['live', 'blue']], refusal: undefined });
  expect([...current]).toEqual([['live', 'blue']]);
});

test('a bad action ends the call, and those before it stay', () => {
  const good: AliasAction = { kind: 'create', alias: 'fresh', collection: 'green' };
  const kept = [
    ['live', 'blue'],
    ['fresh', 'green'],
  ];
  expect(changed(good, { kind: 'create', alias: 'x', collection: 'missing' }, { kind: 'delete', alias: 'live' })).toEqual({
    aliases: kept,
    refusal: "Not found: Collection `missing` doesn't exist!",
  });
  expect(changed(good, { kind: 'create', alias: 'green', collection: 'blue' })).toEqual({
    aliases: kept,
    refusal: 'Wrong input: Collection `green` already exists!',
  });
  expect(changed(good, { kind: 'rename', alias: 'nope', newAlias: 'x' })).toEqual({
    aliases: kept,
    refusal: 'Not found: Alias nope does not exists!',
  });
});
