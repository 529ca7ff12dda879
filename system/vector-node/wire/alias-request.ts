import type { AliasAction } from '../aliases.ts';
import { FormatError } from '../errors.ts';
import { isObject } from '../points/payload-path.ts';
import { describeValue, expectObject } from './expect.ts';
import { isGiven } from './selection.ts';

function readAction(action: unknown, index: number): AliasAction {
  const { create_alias: create, delete_alias: remove, rename_alias: rename } = isObject(action) ? action : {};
  if (isObject(create) && typeof create.alias_name === 'string' && typeof create.collection_name === 'string') {
    return { kind: 'create', alias: create.alias_name, collection: create.collection_name };
  }
  if (isObject(remove) && typeof remove.alias_name === 'string') {
    return { kind: 'delete', alias: remove.alias_name };
  }
  if (isObject(rename) && typeof rename.old_alias_name === 'string' && typeof rename.new_alias_name === 'string') {
    return { kind: 'rename', alias: rename.old_alias_name, newAlias: rename.new_alias_name };
  }
  throw new FormatError('data did not match any variant of untagged enum AliasOperations', { kind: 'enum', path: ['actions', index] });
}

/** Reads the body of a change of aliases. */
export function readAliasActions(body: unknown): AliasAction[] {
  const { actions } = expectObject(body, 'struct ChangeAliasesOperation');
  if (!isGiven(actions)) {
    throw new FormatError('missing field `actions`');
  }
  if (!Array.isArray(actions)) {
    throw new FormatError(`invalid type: ${describeValue(actions)}, expected a sequence`);
  }
  return actions.map(readAction);
}
