import { createHash } from "node:crypto";
import { z } from "zod";
import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { allowedSet, setFor } from "./allowed-set";
import { currentSettings, touchSettings } from "./config";
import { questionOf } from "./gate";
import { categoryKey } from "./message-consent";
import {
  CHANNELS,
  LEGAL_BASES,
  type Notice,
  type PurposeStatus,
  type PurposeTerms,
  type PurposeVersionView,
  type PurposeView,
} from "./model";

const idSchema = z.strictObject({ id: z.string().min(1).max(60) });
const words = <T extends z.ZodType>(item: T, most: number) => z.array(item).max(most);
const locale = z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "Write a language such as en or pt-BR.");

const termsSchema = z.strictObject({
  legalBasis: z.enum(LEGAL_BASES),
  channels: z
    .array(z.enum(CHANNELS))
    .min(1, "Choose at least one channel.")
    .transform((list) => [...new Set(list)]),
  regions: words(z.string().regex(/^[A-Z]{2}$/, "Write countries as two letters, such as DE."), 250).default([]),
  categories: words(z.string().trim().min(1).max(200), 50)
    .default([])
    .transform((list) => [...new Set(list.map(categoryKey))])
    .refine((list) => list.every((key) => !key.startsWith("$")), "A category cannot begin with $."),
  tcfPurposes: words(z.number().int().min(1).max(11), 11).default([]),
  usOptOut: z.boolean(),
  sensitive: z.boolean().default(false),
  doubleOptIn: z.boolean(),
  validDays: z.number().int().min(1).max(3_650).nullable(),
});
const purposeSchema = z.strictObject({
  id: z.string().min(1).max(60).optional(),
  name: z.string().trim().min(1, "Name the purpose.").max(80),
  description: z.string().trim().max(500),
  listed: z.boolean(),
  terms: termsSchema,
  notices: z
    .array(
      z.strictObject({
        locale,
        title: z.string().trim().min(1, "Write a title.").max(200),
        text: z.string().trim().min(1, "Write the notice.").max(5_000),
      }),
    )
    .min(1, "Write the notice in at least one language.")
    .max(50)
    .refine((list) => new Set(list.map((one) => one.locale)).size === list.length, "Each language once."),
  note: z.string().trim().max(500).nullish(),
});

const hashOf = ({ title, text }: Pick<Notice, "title" | "text">): string => createHash("sha256").update(`${title}\n${text}`).digest("hex");

/** All purposes with their versions, drafts first. */
export async function listPurposes(ctx: Ctx): Promise<PurposeView[]> {
  requirePermission(ctx, "consent:read");
  const [purposes, versions, notices] = await Promise.all([
    ctx.sql<{ id: string; name: string; description: string; status: PurposeStatus; listed: boolean }[]>`
      select id, name, description, status, listed from consent_purposes order by status = 'archived', position, id`,
    ctx.sql<
      (PurposeTerms & { purposeId: string; version: number; note: string | null; publishedAt: Date | null; publishedBy: string | null })[]
    >`
      select v.purpose_id as "purposeId", v.version, v.legal_basis as "legalBasis", v.channels, v.regions, v.categories, v.tcf_purposes as "tcfPurposes",
        v.us_opt_out as "usOptOut", v.sensitive, v.double_opt_in as "doubleOptIn", v.valid_days as "validDays", v.note, v.published_at as "publishedAt",
        u.name as "publishedBy"
      from consent_purpose_versions v left join users u on u.id = v.published_by order by v.version desc`,
    ctx.sql<(Notice & { hash: string; purposeId: string; version: number })[]>`
      select purpose_id as "purposeId", version, locale, title, text, hash from consent_notices order by locale`,
  ]);
  const out: PurposeView[] = [];
  for (const purpose of purposes) {
    const published = purpose.status === "published";
    out.push({
      ...purpose,
      versions: versions
        .filter(({ purposeId }) => purposeId === purpose.id)
        .map(({ purposeId, version, note, publishedAt, publishedBy, ...terms }): PurposeVersionView => ({
          version,
          terms,
          note,
          publishedAt: publishedAt?.toISOString() ?? null,
          publishedBy,
          notices: notices
            .filter((one) => one.purposeId === purposeId && one.version === version)
            .map(({ locale: language, title, text, hash }) => ({ locale: language, title, text, hash })),
        })),
      people: published ? (await allowedSet(ctx, { purpose: purpose.id })).size : null,
    });
  }
  return out;
}

const slug = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 50) || "purpose";

/** Saves the next version as a draft: nothing changes for anybody until it is published. */
export async function savePurpose(ctx: Ctx, input: unknown): Promise<{ id: string; version: number }> {
  requirePermission(ctx, "purposes:write");
  const given = parseInput(purposeSchema, input);
  return withTx(ctx, async (tx) => {
    const id = given.id ?? (await freeId(tx.sql, slug(given.name)));
    const before = await purposeRow(tx.sql, id);
    if (given.id !== undefined && !before) throw notFound(`The purpose "${given.id}"`);
    const version = (before?.version ?? 0) + 1;
    const { name, description, listed, terms, note } = given;
    await tx.sql`
      insert into consent_purposes (id, name, description, status, listed, position)
      values (${id}, ${name}, ${description}, 'draft', ${listed}, (select coalesce(max(position), 0) + 1 from consent_purposes))
      on conflict (id) do update set name = excluded.name, description = excluded.description, listed = excluded.listed, updated_at = now()`;
    await tx.sql`delete from consent_purpose_versions where purpose_id = ${id} and version = ${version}`;
    await tx.sql`delete from consent_notices where purpose_id = ${id} and version = ${version}`;
    await tx.sql`
      insert into consent_purpose_versions (purpose_id, version, legal_basis, channels, regions, categories, tcf_purposes, us_opt_out, sensitive, double_opt_in, valid_days, note)
      values (${id}, ${version}, ${terms.legalBasis}, ${terms.channels}::text[], ${terms.regions}::text[], ${terms.categories}::text[],
        ${terms.tcfPurposes}::int[], ${terms.usOptOut}, ${terms.sensitive}, ${terms.doubleOptIn}, ${terms.validDays}, ${note ?? null})`;
    for (const notice of given.notices)
      await tx.sql`insert into consent_notices (purpose_id, version, locale, title, text, hash)
        values (${id}, ${version}, ${notice.locale}, ${notice.title}, ${notice.text}, ${hashOf(notice)})`;
    await touchSettings(tx.sql);
    await recordAudit(tx, {
      action: "purpose.draft_saved",
      object: { type: "purpose", id },
      before: before ?? undefined,
      after: { ...given, id, version },
    });
    return { id, version };
  });
}

async function freeId(sql: AnySql, wanted: string): Promise<string> {
  const rows = await sql<{ id: string }[]>`select id from consent_purposes`;
  const taken = new Set(rows.map(({ id }) => id));
  for (let n = 1; ; n++) {
    const id = n === 1 ? wanted : `${wanted}_${n}`;
    if (!taken.has(id)) return id;
  }
}

async function purposeRow(
  sql: AnySql,
  id: string,
): Promise<{ name: string; description: string; status: PurposeStatus; version: number; listed: boolean } | undefined> {
  const [row] = await sql<{ name: string; description: string; status: PurposeStatus; version: number; listed: boolean }[]>`
    select name, description, status, version, listed from consent_purposes where id = ${id} for update`;
  return row;
}

/** Puts the draft in force. The versions before stay as they were: statements name the words that people saw. */
export async function publishPurpose(ctx: Ctx, input: unknown): Promise<{ version: number }> {
  requirePermission(ctx, "purposes:write");
  const { id } = parseInput(idSchema, input);
  return withTx(ctx, async (tx) => {
    const row = await purposeRow(tx.sql, id);
    if (!row) throw notFound(`The purpose "${id}"`);
    const version = row.version + 1;
    const draft = await tx.sql`
      update consent_purpose_versions set published_at = ${tx.clock.now()}, published_by = ${tx.actor.id}
      where purpose_id = ${id} and version = ${version} and published_at is null`;
    if (draft.count === 0) throw new DomainError("CONFLICT", `"${row.name}" has no draft to publish. Edit it first.`);
    await tx.sql`update consent_purposes set version = ${version}, status = 'published', updated_at = now() where id = ${id}`;
    await touchSettings(tx.sql);
    await recordAudit(tx, {
      action: "purpose.published",
      object: { type: "purpose", id },
      before: { version: row.version },
      after: { version },
    });
    return { version };
  });
}

/** Takes a purpose out of use, or back into it. Its statements stay. */
export async function archivePurpose(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "purposes:write");
  const { id, archived } = parseInput(idSchema.extend({ archived: z.boolean() }), input);
  await withTx(ctx, async (tx) => {
    const row = await purposeRow(tx.sql, id);
    if (!row) throw notFound(`The purpose "${id}"`);
    const [use] = await tx.sql<{ name: string }[]>`select name from consent_uses where purpose_id = ${id} limit 1`;
    if (archived && use)
      throw new DomainError("CONFLICT", `"${row.name}" is what "${use.name}" stands for. Give that another purpose in the policy first.`);
    const status = archived ? "archived" : row.version > 0 ? "published" : "draft";
    await tx.sql`update consent_purposes set status = ${status}, updated_at = now() where id = ${id}`;
    await touchSettings(tx.sql);
    await recordAudit(tx, {
      action: archived ? "purpose.archived" : "purpose.restored",
      object: { type: "purpose", id },
      before: { status: row.status },
      after: { status },
    });
  });
}

/** How many people the terms would allow, beside how many are allowed now. Nothing is saved. */
export async function previewPurpose(ctx: Ctx, input: unknown): Promise<{ before: number; after: number }> {
  requirePermission(ctx, "purposes:write");
  const { id, terms } = parseInput(z.strictObject({ id: z.string().max(60).optional(), terms: termsSchema }), input);
  const before = id === undefined ? 0 : (await allowedSet(ctx, { purpose: id })).size;
  const settings = await currentSettings(ctx);
  const purposeId = id ?? "$draft";
  const draft = { id: purposeId, name: "", status: "published" as const, version: 0, terms, listed: false };
  const question = questionOf({ ...settings, purposes: new Map([[purposeId, draft]]) }, { purpose: purposeId }, ctx.clock.now().getTime());
  const after = typeof question === "string" ? 0 : (await setFor(ctx.sql, question)).size;
  return { before, after };
}
