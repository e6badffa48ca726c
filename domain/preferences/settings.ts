import { z } from "zod";
import type { AnySql } from "@/db/client";
import { companySettings, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { CHANNELS, type Channel } from "@/domain/consent/model";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { writeLink } from "./link";
import { DEFAULT_PREFERENCES, TEXT_KEYS, type PreferenceSettings, type TextKey } from "./model";

const text = z.string().trim().min(1, "Write this text.").max(1_000);
const texts = z.strictObject(Object.fromEntries(TEXT_KEYS.map((key) => [key, text])) as Record<TextKey, typeof text>);
const schema = z.strictObject({
  languages: z
    .array(
      z.strictObject({ locale: z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "Write a language such as en or pt-BR."), texts }),
    )
    .min(1, "Keep at least one language.")
    .max(50)
    .refine((list) => new Set(list.map(({ locale }) => locale)).size === list.length, "Each language once."),
  accent: z.string().regex(/^#[0-9a-f]{6}$/i, "Write a colour such as #0b6e8a."),
  brand: z.string().trim().max(100),
  oneClick: z.enum(["topic", "channel"]),
  pauseDays: z.array(z.number().int().min(1).max(365)).max(6),
});

export async function preferenceSettings(sql: AnySql): Promise<PreferenceSettings> {
  const [row] = await sql<{ value: Partial<PreferenceSettings> }[]>`select value from settings where key = 'preferences'`;
  const stored = { ...DEFAULT_PREFERENCES, ...row?.value };
  if (stored.brand !== "") return stored;
  return { ...stored, brand: (await companySettings(sql)).name };
}

export async function readPreferenceSettings(ctx: Ctx): Promise<PreferenceSettings> {
  requirePermission(ctx, "consent:read");
  return preferenceSettings(ctx.sql);
}

/** Texts, languages, colour and rules of the preference centre. */
export async function savePreferenceSettings(ctx: Ctx, input: unknown): Promise<void> {
  requirePermission(ctx, "purposes:write");
  const given = parseInput(schema, input);
  await withTx(ctx, async (tx) => {
    const before = await preferenceSettings(tx.sql);
    await store(tx, { ...given, epoch: before.epoch });
    await recordAudit(tx, { action: "preferences.changed", object: { type: "settings", id: "preferences" }, before, after: given });
  });
}

/** Makes every link that was sent so far invalid. */
export async function revokePreferenceLinks(ctx: Ctx): Promise<void> {
  requirePermission(ctx, "purposes:write");
  await withTx(ctx, async (tx) => {
    const before = await preferenceSettings(tx.sql);
    await store(tx, { ...before, epoch: before.epoch + 1 });
    await recordAudit(tx, {
      action: "preferences.links_revoked",
      object: { type: "settings", id: "preferences" },
      after: { epoch: before.epoch + 1 },
    });
  });
}

async function store(tx: Ctx, value: PreferenceSettings): Promise<void> {
  await tx.sql`
    insert into settings (key, value, updated_at, updated_by) values ('preferences', ${JSON.stringify(value)}::text::jsonb, ${tx.clock.now()}, ${tx.actor.id})
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`;
}

const linkSchema = z.strictObject({
  profileId: z.number().int().positive(),
  purpose: z.string().max(60).nullish(),
  channel: z.enum(CHANNELS).nullish(),
  mailbox: z.boolean().default(false),
});

/** Paths of the hosted page and of one-click unsubscribe for one person: for messages, and for operators to pass on. */
export async function preferenceLink(ctx: Ctx, input: unknown): Promise<{ path: string; oneClickPath: string }> {
  requirePermission(ctx, "consent:write");
  const { profileId, purpose, channel, mailbox } = parseInput(linkSchema, input);
  return linksFor(ctx.sql, { profileId, purpose: purpose ?? null, channel: channel ?? null, mailbox });
}

/** The same for messages on their way out. */
export async function linksFor(
  sql: AnySql,
  link: { profileId: number; purpose: string | null; channel: Channel | null; mailbox: boolean },
): Promise<{ path: string; oneClickPath: string }> {
  const { epoch } = await preferenceSettings(sql);
  const token = writeLink({ ...link, epoch });
  return { path: `/preferences/${token}`, oneClickPath: `/unsubscribe/${token}` };
}
