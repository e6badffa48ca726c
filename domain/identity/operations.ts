import type { TxSql } from "@/db/client";
import type { PlacedOperation } from "./cursor";

/** Repeats a recorded change at its place while history is replayed. Rules take effect by their position alone. */
export async function repeatOperation(_tx: TxSql, { operation }: PlacedOperation): Promise<void> {
  if (operation.kind === "rules") return;
  throw new Error(`no way to repeat ${operation.kind}`);
}
