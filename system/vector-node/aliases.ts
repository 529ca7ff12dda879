import { collectionNotFound, nameTaken, notFound, type VectorNodeError } from './errors.ts';

export type AliasAction =
  | { readonly kind: 'create'; readonly alias: string; readonly collection: string }
  | { readonly kind: 'delete'; readonly alias: string }
  | { readonly kind: 'rename'; readonly alias: string; readonly newAlias: string };

/** The aliases after the actions up to the first bad one, and why that one is. */
interface ChangedAliases {
  readonly aliases: ReadonlyMap<string, string>;
  readonly refusal: VectorNodeError | undefined;
}

function refusalOf(action: AliasAction, aliases: ReadonlyMap<string, string>, isCollection: (name: string) => boolean) {
  if (action.kind === 'create') {
    return isCollection(action.alias)
      ? nameTaken(action.alias)
      : isCollection(action.collection)
        ? undefined
        : collectionNotFound(action.collection);
  }
  if (action.kind === 'rename') {
    return aliases.has(action.alias) ? undefined : notFound(`Alias ${action.alias} does not exists!`);
  }
  return undefined;
}

/** Carries out actions in their order on a copy. Creating an alias that is there points it elsewhere; deleting one that is not is fine. */
export function applyAliasActions(
  current: ReadonlyMap<string, string>,
  actions: readonly AliasAction[],
  isCollection: (name: string) => boolean,
): ChangedAliases {
  const aliases = new Map(current);
  for (const action of actions) {
    const refusal = refusalOf(action, aliases, isCollection);
    if (refusal !== undefined) {
      return { aliases, refusal };
    }
    if (action.kind === 'create') {
      aliases.set(action.alias, action.collection);
    } else {
      const collection = aliases.get(action.alias);
      aliases.delete(action.alias);
      if (action.kind === 'rename' && collection !== undefined) {
        aliases.set(action.newAlias, collection);
      }
    }
  }
  return { aliases, refusal: undefined };
}
