import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { currentSettings, loadSettings } from "./config";
import { keysOf } from "./decide";
import { mayUse } from "./gate";
import type { LedgerEntry, PersonConsentView, PersonPurpose } from "./model";

const schema = z.strictObject({ profileId: z.number().int().positive(), asOf: z.iso.datetime({ offset: true }).optional() });
const ROWS = 200;

/** What a person said, and what may be done with it, now or at any time before. */
export async function readPersonConsent(ctx: Ctx, input: unknown): Promise<PersonConsentView> {
  requirePermission(ctx, "consent:read");
  requirePermission(ctx, "profiles:read");
  const given = parseInput(schema, input);
  const asOf = given.asOf === undefined ? undefined : new Date(given.asOf);
  const fragments = await ctx.sql<{ id: number }[]>`
    with person as (select coalesce((select canonical_id from profile_aliases where profile_id = ${given.profileId}), ${given.profileId}) as id)
    select p.id from person join profiles p on p.id = person.id union select a.profile_id from profile_aliases a join person on a.canonical_id = person.id`;
  if (fragments.length === 0) throw notFound(`Profile ${given.profileId}`);
  const ids = `{${fragments.map(({ id }) => id).join(",")}}`;
  const settings = asOf ? await loadSettings(ctx.sql, asOf) : await currentSettings(ctx);
  const purposes: PersonPurpose[] = [];
  const mapped = new Set<string>();
  for (const { id, name, status, terms } of settings.purposes.values()) {
    for (const key of keysOf(id, terms)) mapped.add(key);
    if (status !== "published") continue;
    const channels =
      terms.channels.length === 1 || terms.legalBasis === "contract" || terms.legalBasis === "legal_obligation" ? [null] : terms.channels;
    for (const channel of channels) {
      const answer = await mayUse(ctx, {
        profileId: given.profileId,
        purpose: id,
        ...(channel === null ? {} : { channel }),
        ...(asOf ? { asOf } : {}),
      });
      purposes.push({
        purposeId: id,
        name,
        legalBasis: terms.legalBasis,
        channel: channel ?? (terms.channels.length === 1 ? (terms.channels[0] ?? null) : null),
        answer,
      });
    }
  }
  const until = asOf ? ctx.sql`and l.at <= ${asOf}` : ctx.sql``;
  const rows = await ctx.sql<
    (Omit<LedgerEntry, "at" | "recordedAt" | "expiresAt" | "purposeName"> & {
      at: Date;
      recordedAt: Date;
      expiresAt: Date | null;
      total: number;
    })[]
  >`
    select l.id, l.profile_id as "profileId", l.key, l.channel, l.stream, l.state, l.at, l.recorded_at as "recordedAt", l.expires_at as "expiresAt",
      l.origin, s.name as "sourceName", u.name as "actorName", l.notice_hash as "noticeHash", l.locale, l.proof, count(*) over () as total
    from consent_ledger l left join sources s on s.id = l.source_id left join users u on u.id = l.actor_id
    where l.profile_id = any(${ids}::text::int[]) ${until} order by l.at desc, l.id desc limit ${ROWS}`;
  const keys = await ctx.sql<{ key: string }[]>`
    select distinct key from consent_ledger l where l.profile_id = any(${ids}::text::int[]) ${until} and key not like '$%' order by key`;
  return {
    profileId: given.profileId,
    asOf: (asOf ?? ctx.clock.now()).toISOString(),
    purposes,
    ledger: rows.map(({ total: _total, at, recordedAt, expiresAt, ...row }) => ({
      ...row,
      purposeName: settings.purposes.get(row.key)?.name ?? null,
      at: at.toISOString(),
      recordedAt: recordedAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    ledgerTotal: rows[0]?.total ?? 0,
    fragments: fragments.length,
    unmapped: keys.map(({ key }) => key).filter((key) => !mapped.has(key)),
  };
}
