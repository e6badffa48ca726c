import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { JOURNEY_CHANNELS } from "@/domain/journeys/model";
import { sharedOf } from "./load-template";
import { contentSchema, emptyContent, TEMPLATE_KINDS } from "./model";
import type { Content, TemplateKind } from "./model";
import { STARTERS } from "./starters";
import { usesOf } from "./uses";

const id = z.string().max(40);
const name = z.string().trim().min(1, "Give the template a name.").max(120, "The name has more than 120 characters.");
const description = z.string().max(500).nullable().default(null);

interface Row {
  readonly id: string;
  readonly name: string;
  readonly kind: TemplateKind;
  readonly content: unknown;
  readonly revision: number;
  readonly description: string | null;
}

/** Makes a template: empty, from a starter, or with a content. */
export async function createTemplate(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(
    z.strictObject({
      name,
      description,
      kind: z.enum(TEMPLATE_KINDS).default("message"),
      channel: z.enum(JOURNEY_CHANNELS).default("email"),
      starter: z.string().max(40).nullable().default(null),
      content: contentSchema.nullable().default(null),
    }),
    input,
  );
  const starter = given.starter === null ? undefined : STARTERS.find((one) => one.id === given.starter);
  if (given.starter !== null && starter === undefined) throw new DomainError("NOT_FOUND", "This starter is not there. Choose another.");
  const content = given.content ?? starter?.content ?? emptyContent(given.channel);
  requireBlock(given.kind, content);
  return withTx(ctx, async (tx) => {
    const made = newId("tpl");
    await tx.sql`
      insert into templates (id, name, description, kind, channel, content, created_by, created_at, updated_at)
      values (${made}, ${given.name}, ${given.description}, ${given.kind}, ${content.channel}, ${JSON.stringify(content)}::text::jsonb, ${tx.actor.id},
        ${tx.clock.now()}, ${tx.clock.now()})`;
    await keep(tx, made, 1, content);
    await recordAudit(tx, {
      action: "template.created",
      object: { type: "template", id: made },
      after: { name: given.name, channel: content.channel },
    });
    return { id: made };
  });
}

/**
 * Saves the content. `basedOn` is the revision that the editor began from: where somebody else saved since, it refuses
 * with CONFLICT and the newer content in the answer's data. Every content is kept.
 */
export async function saveTemplate(ctx: Ctx, input: unknown): Promise<{ revision: number }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, basedOn: z.number().int().min(1), content: contentSchema }), input);
  return withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    if (row.revision !== given.basedOn)
      throw new DomainError(
        "CONFLICT",
        `Somebody else saved "${row.name}" while you were editing. Load their text, or save yours under another name.`,
        {
          data: { revision: row.revision, content: row.content },
        },
      );
    return { revision: await store(tx, row, given.content, "template.saved") };
  });
}

/** Other name or description. */
export async function renameTemplate(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, name, description }), input);
  await withTx(ctx, async (tx) => {
    const before = await lock(tx, given.id);
    await tx.sql`update templates set name = ${given.name}, description = ${given.description}, updated_at = ${tx.clock.now()} where id = ${given.id}`;
    await recordAudit(tx, {
      action: "template.renamed",
      object: { type: "template", id: given.id },
      before: { name: before.name },
      after: { name: given.name },
    });
  });
}

/** A copy under another name; `content`: with this text, which an editor has not saved. */
export async function duplicateTemplate(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, name, content: contentSchema.nullable().default(null) }), input);
  const [row] = await ctx.sql<
    Row[]
  >`select id, name, kind, content, revision, description from templates where id = ${given.id} and archived_at is null`;
  if (!row) throw gone();
  return createTemplate(ctx, { name: given.name, description: row.description, kind: row.kind, content: given.content ?? row.content });
}

/** Takes it out of the lists. Refused while something uses it; messages that were sent keep their text. */
export async function archiveTemplate(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id }), input);
  await withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    const uses = await usesOf(tx.sql, given.id);
    if (uses.length > 0)
      throw new DomainError(
        "CONFLICT",
        `"${row.name}" is used by ${uses
          .slice(0, 3)
          .map((use) => `the ${use.kind} "${use.name}"`)
          .join(", ")}${uses.length > 3 ? ` and ${uses.length - 3} more` : ""}. Take it out there first.`,
        { data: { usedBy: uses } },
      );
    await tx.sql`update templates set archived_at = ${tx.clock.now()}, updated_at = ${tx.clock.now()} where id = ${given.id}`;
    await recordAudit(tx, { action: "template.archived", object: { type: "template", id: given.id }, before: { name: row.name } });
  });
}

/** Makes an earlier content the newest one again, as a revision of its own. */
export async function restoreTemplate(ctx: Ctx, input: unknown): Promise<{ revision: number }> {
  requirePermission(ctx, "journeys:write");
  const given = parseInput(z.strictObject({ id, revision: z.number().int().min(1) }), input);
  return withTx(ctx, async (tx) => {
    const row = await lock(tx, given.id);
    const [old] = await tx.sql<{ content: unknown }[]>`
      select content from template_revisions where template_id = ${given.id} and revision = ${given.revision}`;
    if (!old) throw new DomainError("NOT_FOUND", `"${row.name}" has no revision ${given.revision}.`);
    return { revision: await store(tx, row, contentSchema.parse(old.content), "template.restored") };
  });
}

async function store(tx: Ctx, row: Row, content: Content, action: string): Promise<number> {
  requireBlock(row.kind, content);
  const before = contentSchema.safeParse(row.content);
  if (before.success && before.data.channel !== content.channel)
    throw new DomainError("VALIDATION", `"${row.name}" is a template of another channel: make a new one for this channel.`);
  if (canonicalJson(row.content) === canonicalJson(content)) return row.revision;
  const revision = row.revision + 1;
  await tx.sql`
    update templates set content = ${JSON.stringify(content)}::text::jsonb, revision = ${revision}, updated_at = ${tx.clock.now()} where id = ${row.id}`;
  await keep(tx, row.id, revision, content);
  await recordAudit(tx, { action, object: { type: "template", id: row.id }, detail: { revision } });
  return revision;
}

function requireBlock(kind: TemplateKind, content: Content): void {
  if (kind === "block" && content.channel !== "email")
    throw new DomainError("VALIDATION", "Shared blocks are parts of e-mails: choose the channel e-mail.");
}

/** Keeps the revision, and writes which shared blocks the content holds; refuses a circle of blocks. */
async function keep(tx: Ctx, templateId: string, revision: number, content: Content): Promise<void> {
  await tx.sql`
    insert into template_revisions (template_id, revision, content, created_by, created_at)
    values (${templateId}, ${revision}, ${JSON.stringify(content)}::text::jsonb, ${tx.actor.id}, ${tx.clock.now()})`;
  // One at a time: two blocks that are put into each other at the same moment would make a circle unseen.
  await tx.sql`select pg_advisory_xact_lock(hashtextextended('template_uses', 0))`;
  const wanted = sharedOf(content);
  const there = await tx.sql<{ id: string; name: string; circle: boolean }[]>`
    with recursive held as (
      select w.id, w.id as root from unnest(${wanted}::text[]) w(id) union select u.uses_id, h.root from template_uses u join held h on u.template_id = h.id)
    select t.id, t.name, exists (select 1 from held h where h.root = t.id and h.id = ${templateId}) as circle
    from templates t where t.id = any(${wanted}::text[]) and t.kind = 'block' and t.archived_at is null`;
  const circle = there.find((one) => one.circle);
  if (circle)
    throw new DomainError(
      "VALIDATION",
      `The block "${circle.name}" holds this template itself: that would go round for ever. Take it out.`,
    );
  if (there.length < wanted.length)
    throw new DomainError("VALIDATION", "A shared block of this template is not there any more. Take it out.");
  await tx.sql`delete from template_uses where template_id = ${templateId}`;
  await tx.sql`insert into template_uses (template_id, uses_id) select ${templateId}, unnest(${wanted}::text[])`;
}

const gone = (): DomainError => new DomainError("NOT_FOUND", "This template is not there any more.");

async function lock(tx: Ctx, templateId: string): Promise<Row> {
  const [row] = await tx.sql<Row[]>`
    select id, name, kind, content, revision, description from templates where id = ${templateId} and archived_at is null for update`;
  if (!row) throw gone();
  return row;
}
