import { can, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { type Ctx, withTx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import type { IdentifierStatus } from "@/domain/identity/model";
import { personOf } from "./canonical";
import { isPersonalTrait, maskIdentifier, maskText, maskTraits } from "./mask";
import type { Traits, TraitsMeta } from "./model";
import { NO_VALUE, valuesOf } from "./person-value";
import { type PersonRecord, summaryOf } from "./person-row";
import { findIdentifier } from "./resolve";
import type { AccountView, DeviceView, EventStat, IdentifierView, ProfileView, TraitView } from "./schemas";
import { sourceNames } from "./source-names";

interface FragmentTraits {
  profile_id: number;
  traits: Traits;
  meta: TraitsMeta;
}

/**
 * Lineage of reconciled traits: the fragment whose value is the person's, the newest of them where several agree.
 * Pure; works for every trait rule, since it looks for the value that won.
 */
export function traitLineage(reconciled: Traits, fragments: readonly FragmentTraits[]): Omit<TraitView, "masked">[] {
  return Object.keys(reconciled)
    .toSorted((a, b) => a.localeCompare(b, "en"))
    .map((key) => {
      const value = reconciled[key] ?? null;
      const text = canonicalJson(value);
      const holders = fragments.filter((fragment) => Object.hasOwn(fragment.traits, key));
      const same = holders.filter((fragment) => canonicalJson(fragment.traits[key]) === text);
      const [winner] = (same.length > 0 ? same : holders).toSorted((a, b) => (b.meta[key]?.at ?? "").localeCompare(a.meta[key]?.at ?? ""));
      const meta = winner?.meta[key];
      return {
        key,
        value,
        at: meta?.at ?? null,
        sourceId: meta?.sourceId ?? null,
        messageId: meta?.messageId ?? null,
        profileId: winner?.profile_id ?? null,
        otherValues: holders.length - same.length,
      };
    });
}

/** Canonical id of the person that a link names: a profile id, or `type:value`. */
export async function resolveProfile(ctx: Ctx, ref: string | number): Promise<number> {
  requirePermission(ctx, "profiles:read");
  const text = String(ref);
  if (/^\d{1,10}$/.test(text)) return (await personOf(ctx.sql, Number(text))).id;
  const at = text.indexOf(":");
  if (at < 1) throw notFound("This profile");
  const found = await findIdentifier(ctx.sql, text.slice(0, at), text.slice(at + 1));
  if (!found) throw notFound(`A profile with this ${text.slice(0, at)}`);
  return found.canonicalId;
}

/** Everything of one person that the 360 page shows at once. Reads by primary key or person only. */
export async function getProfile(ctx: Ctx, ref: string | number): Promise<ProfileView> {
  requirePermission(ctx, "profiles:read");
  const unmasked = can(ctx, "personal_data:see");
  const { sql } = ctx;
  const { fragments, id } = await personOf(sql, await resolveProfile(ctx, ref));
  const ids = sql`any(${fragments}::int[])`;
  const [[record], fragmentTraits, identifiers, devices, accounts, stats, values] = await Promise.all([
    sql<(PersonRecord & { traits: Traits; timezone: string | null })[]>`
      select id, known, name, email, phone, country, city, timezone, traits, first_seen_at, last_seen_at, created_at, event_count, order_count, revenue
      from profiles where id = ${id}`,
    sql<FragmentTraits[]>`select profile_id, traits, meta from profile_traits where profile_id = ${ids}`,
    sql<
      {
        type: string;
        value: string;
        status: IdentifierStatus;
        profile_id: number;
        first_seen_at: Date;
        last_seen_at: Date;
        source_id: string;
        message_id: string;
      }[]
    >`select type, value, status, profile_id, first_seen_at, last_seen_at, source_id, message_id
      from identifiers where profile_id = ${ids} order by last_seen_at desc, type, value limit 2000`,
    sql<{ key: string; type: string | null; name: string | null; os: string | null; first: Date; last: Date; n: number }[]>`
      select device_key as key, max(type) as type, max(name) as name, max(os) as os, min(first_seen_at) as first, max(last_seen_at) as last,
        sum(event_count)::int8 as n from devices where profile_id = ${ids} group by device_key order by last desc limit 200`,
    sql<{ id: string; name: string | null; traits: Traits; first: Date; last: Date }[]>`
      select a.id, a.name, a.traits, min(l.first_seen_at) as first, max(l.last_seen_at) as last
      from account_links l join accounts a on a.id = l.account_id where l.profile_id = ${ids} group by a.id order by last desc limit 200`,
    sql<{ event: string; n: number; value: string; first: Date; last: Date }[]>`
      select t.name as event, sum(s.count)::int8 as n, sum(s.value_sum) as value, min(s.first_at) as first, max(s.last_at) as last
      from profile_event_stats s join event_types t on t.id = s.event_type where s.profile_id = ${ids}
      group by t.name order by n desc, t.name limit 500`,
    valuesOf(sql, [id]),
  ]);
  if (!record) throw notFound(`Profile ${id}`);
  const lineage = traitLineage(record.traits, fragmentTraits);
  const masked = unmasked ? record.traits : maskTraits(record.traits);
  const traits = lineage.map((trait): TraitView => ({
    ...trait,
    value: unmasked ? trait.value : (masked[trait.key] ?? null),
    masked: !unmasked && (isPersonalTrait(trait.key) || canonicalJson(masked[trait.key]) !== canonicalJson(trait.value)),
  }));
  return {
    ...summaryOf(record, unmasked),
    unmasked,
    timezone: record.timezone,
    value: values.get(id) ?? NO_VALUE,
    fragments,
    identifiers: identifiers.map((row): IdentifierView => ({
      type: row.type,
      value: unmasked ? row.value : maskIdentifier(row.type, row.value),
      status: row.status,
      profileId: row.profile_id,
      firstSeenAt: row.first_seen_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
      sourceId: row.source_id,
      messageId: unmasked ? row.message_id : maskText(row.message_id),
    })),
    traits,
    devices: devices.map((row): DeviceView => ({
      key: unmasked ? row.key : maskIdentifier("device", row.key),
      type: row.type,
      name: row.name,
      os: row.os,
      firstSeenAt: row.first.toISOString(),
      lastSeenAt: row.last.toISOString(),
      eventCount: row.n,
    })),
    accounts: accounts.map((row): AccountView => ({
      id: row.id,
      name: row.name,
      traits: unmasked ? row.traits : maskTraits(row.traits),
      firstSeenAt: row.first.toISOString(),
      lastSeenAt: row.last.toISOString(),
    })),
    stats: stats.map((row): EventStat => ({
      event: row.event,
      count: row.n,
      valueSum: row.value,
      firstAt: row.first.toISOString(),
      lastAt: row.last.toISOString(),
    })),
    sources: await sourceNames(sql, [...identifiers.map((row) => row.source_id), ...lineage.flatMap((trait) => trait.sourceId ?? [])]),
  };
}

/** Two looks of one person at one profile within this time are one opening (reload, back and forth). */
const OPENING_SECONDS = 60;

/**
 * Opens a person's page: the profile, and one audit entry that says who looked at whom (profile id only), masked or
 * not. Call it when somebody opens the page, not when the page refreshes itself.
 */
export async function openProfile(ctx: Ctx, ref: string | number): Promise<ProfileView> {
  const profile = await getProfile(ctx, ref);
  const since = new Date(ctx.clock.now().getTime() - OPENING_SECONDS * 1000).toISOString();
  const [recent] = await ctx.sql`
    select 1 from audit_log where object_type = 'profile' and object_id = ${String(profile.id)} and action = 'profile.opened'
      and actor_id = ${ctx.actor.id} and actor_kind = ${ctx.actor.kind} and at > ${since}::timestamptz limit 1`;
  if (!recent) {
    await withTx(ctx, (tx) =>
      recordAudit(tx, {
        action: "profile.opened",
        object: { type: "profile", id: String(profile.id) },
        detail: { masked: !profile.unmasked },
      }),
    );
  }
  return profile;
}
