import type { Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { DEFAULT_SOURCE_SETTINGS, type SourceSettings, type SourceStatus, type SourceType } from "./model";
import { newWriteKey, type NewWriteKey } from "./write-key";

export interface SourceRow {
  id: string;
  name: string;
  type: SourceType;
  status: SourceStatus;
  settings: Partial<SourceSettings>;
  isDemo: boolean;
  createdAt: Date;
}

/** A source by id, locked for the transaction where `lock` is set. */
export async function findSource(ctx: Ctx, id: string, lock = false): Promise<SourceRow> {
  const [row] = await ctx.sql<SourceRow[]>`
    select id, name, type, status, settings, is_demo as "isDemo", created_at as "createdAt"
    from sources where id = ${id} ${lock ? ctx.sql`for update` : ctx.sql``}`;
  if (!row) throw notFound("This source");
  return row;
}

/** Stored settings over the defaults. */
export const settingsOf = (row: Pick<SourceRow, "settings">): SourceSettings => ({ ...DEFAULT_SOURCE_SETTINGS, ...row.settings });

export async function insertKey(tx: Ctx, sourceId: string): Promise<NewWriteKey & { id: string }> {
  const made = newWriteKey();
  const id = newId("wk");
  await tx.sql`
    insert into source_keys (id, source_id, key_hash, prefix, last4, created_at)
    values (${id}, ${sourceId}, ${made.hash}, ${made.prefix}, ${made.last4}, ${tx.clock.now()})`;
  return { ...made, id };
}

/** Turns the unique index on the name into an answer for the form. */
export async function withUniqueName<T>(name: string | undefined, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const cause = error as { code?: string; constraint_name?: string };
    if (cause.code === "23505" && cause.constraint_name === "sources_name_key") {
      const sentence = `A source named "${name}" exists already. Choose another name.`;
      throw new DomainError("CONFLICT", sentence, { fields: { name: sentence } });
    }
    throw error;
  }
}
