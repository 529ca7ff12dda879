import type { LocationTable, PlacementState } from '../placement/location-table.ts';
import type { Tenure } from '../placement/tenure.ts';

export interface MemoryLocationTable extends LocationTable {
  /** The next `record` fails before it has written anything. */
  failNext(): void;
  state(): PlacementState | undefined;
}

/** A location table that outlives everything but the test. */
export function memoryLocationTable(): MemoryLocationTable {
  const rows = new Map<string, Tenure[]>();
  let state: PlacementState | undefined;
  let fails = false;
  return {
    readState: async () => state,
    readTenures: async (pointIds) =>
      new Map(
        pointIds.flatMap((pointId) => {
          const known = rows.get(pointId);
          return known === undefined ? [] : [[pointId, [...known]] as const];
        }),
      ),
    async record(tenures, next) {
      if (fails) {
        fails = false;
        throw new Error('told to fail');
      }
      for (const { pointId, fromSequence, shard } of tenures) {
        rows.set(pointId, [...(rows.get(pointId) ?? []), { fromSequence, shard }]);
      }
      state = next;
    },
    failNext() {
      fails = true;
    },
    state: () => state,
  };
}
