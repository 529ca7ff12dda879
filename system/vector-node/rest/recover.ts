import type { Catalogue } from '../catalogue.ts';
import { VectorNodeError, wrongInput } from '../errors.ts';
import { damageOf } from '../storage/snapshot-folder.ts';

/** Makes a snapshot's state that of a collection, new or not. Resolves with true when it is on the disk and served. */
export async function recoverFrom(catalogue: Catalogue, name: string, file: string): Promise<true> {
  try {
    await catalogue.recover(name, file);
  } catch (error) {
    const damage = damageOf(error);
    if (damage !== undefined) {
      throw new VectorNodeError(400, wrongInput(damage).message, error);
    }
    throw error;
  }
  return true;
}
