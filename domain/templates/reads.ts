import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { listTraits } from "@/domain/segments";
import { contentSchema, emptyContent } from "./model";
import type { Content, TemplateDetail, TemplateSummary } from "./model";
import { usesOf } from "./uses";
import { KNOWN_VARIABLES } from "./variables";
import type { TemplateVariable } from "./variables";

/** All templates and shared blocks, the newest change first. */
export async function listTemplates(ctx: Ctx): Promise<TemplateSummary[]> {
  requirePermission(ctx, "journeys:read");
  const rows = await ctx.sql<(Omit<TemplateSummary, "updatedAt" | "subject" | "languages"> & { updatedAt: Date; content: unknown })[]>`
    select t.id, t.name, t.description, t.kind, t.channel, t.revision, t.updated_at as "updatedAt", t.content,
      ((select count(*) from journeys j where j.archived_at is null and jsonb_path_exists(j.draft, '$.nodes[*] ? (@.templateId == $id)', jsonb_build_object('id', t.id)))
       + (select count(*) from broadcasts b where b.archived_at is null and jsonb_path_exists(b.definition, '$.arms[*] ? (@.templateId == $id)', jsonb_build_object('id', t.id)))
       + (select count(*) from template_uses u join templates o on o.id = u.template_id and o.archived_at is null where u.uses_id = t.id))::int as "usedBy"
    from templates t where t.archived_at is null order by t.updated_at desc, t.id limit 1000`;
  return rows.map(({ content, updatedAt, ...row }) => {
    const parsed = contentSchema.safeParse(content);
    return {
      ...row,
      updatedAt: updatedAt.toISOString(),
      languages: parsed.success ? Object.keys(parsed.data.variants) : [],
      subject: parsed.success ? titleOf(parsed.data) : null,
    };
  });
}

/** What tells a message apart in a list. */
function titleOf(content: Content): string | null {
  const variant = content.variants[content.defaultLanguage] as Readonly<Record<string, unknown>> | undefined;
  const said = variant?.["subject"] ?? variant?.["title"] ?? variant?.["text"];
  return typeof said === "string" && said !== "" ? said.slice(0, 200) : null;
}

export async function getTemplate(ctx: Ctx, input: unknown): Promise<TemplateDetail> {
  requirePermission(ctx, "journeys:read");
  const { id } = parseInput(z.strictObject({ id: z.string().max(40) }), input);
  const [row] = await ctx.sql<
    (Pick<TemplateDetail, "id" | "name" | "description" | "kind" | "channel" | "revision"> & { content: unknown; updatedAt: Date })[]
  >`
    select id, name, description, kind, channel, content, revision, updated_at as "updatedAt" from templates where id = ${id} and archived_at is null`;
  if (!row) throw new DomainError("NOT_FOUND", "This template is not there any more.");
  const [usedBy, revisions, sharedBlocks] = await Promise.all([
    usesOf(ctx.sql, id),
    ctx.sql<{ revision: number; by: string | null; at: Date }[]>`
      select r.revision, u.name as by, r.created_at as at from template_revisions r left join users u on u.id = r.created_by
      where r.template_id = ${id} order by r.revision desc limit 100`,
    ctx.sql<{ id: string; name: string }[]>`
      with recursive above as (select ${id}::text as id union select u.template_id from template_uses u join above a on u.uses_id = a.id)
      select t.id, t.name from templates t where t.kind = 'block' and t.archived_at is null and t.id not in (select id from above) order by lower(t.name)`,
  ]);
  const { updatedAt, content, ...rest } = row;
  const parsed = contentSchema.safeParse(content);
  return {
    ...rest,
    // Rows of a time before contents had a shape begin anew.
    content: parsed.success ? parsed.data : emptyContent(row.channel),
    updatedAt: updatedAt.toISOString(),
    usedBy,
    revisions: revisions.map(({ revision, by, at }) => ({ revision, by, at: at.toISOString() })),
    sharedBlocks: [...sharedBlocks],
  };
}

/** What may be put into a template: what every install knows, and traits that were really seen, the most frequent first. */
export async function templateVariables(ctx: Ctx): Promise<TemplateVariable[]> {
  requirePermission(ctx, "journeys:read");
  const traits = await listTraits(ctx);
  const known = new Set<string>(KNOWN_VARIABLES.map(({ path }) => path));
  return [
    ...KNOWN_VARIABLES.map(({ path, label }) => ({ path, label, share: null })),
    ...traits.flatMap(({ path, share }) => {
      const name = `profile.${path.join(".")}`;
      return known.has(name) ? [] : [{ path: name, label: path.join(" › "), share: Math.round(share * 100) }];
    }),
  ].slice(0, 300);
}
