import type { Database, TxSql } from "@/db/client";
import { askTrait } from "./computed/compute-trait";
import { askCompute } from "./store-segment";

/**
 * Asks for a computation of every segment and computed trait that is kept up to date: for when the data beneath them were
 * made anew (a rebuild). Those that failed are tried again; paused traits stay so.
 * @returns how many were asked for
 */
export async function recomputeAll(database: Pick<Database, "sql">): Promise<{ segments: number; traits: number }> {
  const asked = await database.sql.begin(async (handle) => {
    const tx = handle as unknown as TxSql;
    const traits = await tx<{ id: string; version: number }[]>`
      update computed_traits set status = 'preparing', error = null, progress = null
      where deleted_at is null and status in ('preparing', 'live', 'failed') returning id, version`;
    for (const { id, version } of traits) await askTrait(tx, id, version);
    const segments = await tx<{ id: string; version: number }[]>`
      update segments set status = 'preparing', error = null, progress = null
      where deleted_at is null and kind = 'dynamic' and status in ('preparing', 'live', 'failed') returning id, version`;
    for (const { id, version } of segments) await askCompute(tx, id, version);
    return { segments: segments.length, traits: traits.length };
  });
  return asked as { segments: number; traits: number };
}
