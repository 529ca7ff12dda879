import type { Express } from 'express';
import type { Catalogue } from '../catalogue.ts';
import { readAliasActions } from '../wire/alias-request.ts';
import { answering } from './answer.ts';
import { readBodyOf } from './body.ts';
import { checkCollectionTimeout, collectionName } from './parameters.ts';

/** The routes of aliases. */
export function mountAliases(app: Express, catalogue: Catalogue): void {
  const aliases = (collection?: string) => ({
    aliases: [...catalogue.aliases]
      .filter(([, target]) => collection === undefined || target === collection)
      .map(([alias, target]) => ({ alias_name: alias, collection_name: target })),
  });
  app.get(
    '/aliases',
    answering(() => aliases()),
  );
  app.get(
    '/collections/:collection/aliases',
    answering((request) => aliases(collectionName(request))),
  );
  app.post(
    '/collections/aliases',
    answering(async (request) => {
      checkCollectionTimeout(request);
      await catalogue.changeAliases(readBodyOf(request, 'with positions', readAliasActions));
      return true;
    }),
  );
}
