import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { storableText } from "@/domain/events";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { createImportSchema } from "./schemas";

/** Starts an import: the file's name and the source its rows will belong to. The file itself is uploaded next. */
export async function createImport(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "imports:write");
  const { sourceId, fileName } = parseInput(createImportSchema, input);
  return withTx(ctx, async (tx) => {
    const [source] = await tx.sql<{ name: string; status: string }[]>`select name, status from sources where id = ${sourceId}`;
    if (!source) throw notFound("The source");
    if (source.status !== "enabled") {
      throw new DomainError("PRECONDITION_FAILED", `The source "${source.name}" is disabled. Enable it, or choose another.`, {
        fields: { sourceId: "This source is disabled" },
      });
    }
    const id = newId("imp");
    await tx.sql`
      insert into imports (id, source_id, file_name, status, created_by, created_at)
      values (${id}, ${sourceId}, ${storable(fileName)}, 'uploading', ${tx.actor.id}, ${tx.clock.now()})`;
    // The file's name may hold a person's name; it stays out of the log that nobody can erase.
    await recordAudit(tx, { action: "import.created", object: { type: "import", id }, after: { sourceId } });
    return { id };
  });
}

/** A name that PostgreSQL can hold and no terminal or screen stumbles over. */
function storable(name: string): string {
  return storableText(name).replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\uFFFD");
}
