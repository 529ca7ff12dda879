import type { Encoding } from './encoding.ts';
import type { IndexSettings } from './index-settings.ts';

/** What the worker thread that builds an index is started with. */
export interface BuildStart {
  readonly directory: string;
  readonly vectorName: string;
  readonly settings: IndexSettings;
  readonly rowsPerBlock: number;
  /** Continue the index that the manifest describes, instead of beginning an empty one. */
  readonly extendsStored: boolean;
  /** Of a new index; see {@link Encoding}. */
  readonly lengthBound: number;
}

export type BuildRequest =
  | {
      readonly kind: 'add';
      /** All blocks of the column: more may have come since the last batch. */
      readonly blocks: readonly SharedArrayBuffer[];
      /** Rows in the order of their slots. */
      readonly rows: Uint32Array;
      /** Their point ids, as the log writes them. */
      readonly ids: Uint8Array;
    }
  /** Make what was added so far durable. */
  | { readonly kind: 'publish'; readonly generation: number };

export type BuildReply =
  | { readonly kind: 'added' }
  | { readonly kind: 'published'; readonly graph: string; readonly slots: number; readonly encoding: Encoding };
