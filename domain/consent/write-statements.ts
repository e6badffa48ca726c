import type { AnySql } from "@/db/client";
import type { NewStatement } from "./statements";

/** A statement with the fragment that made it and the message that brought it. */
export interface StatementRow extends NewStatement {
  profileId: number;
  sourceId: string | null;
  messageId: string;
  /** Milliseconds. */
  recordedAt: number;
  inboxId: number | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** JSON of rows, for `writeStatements`: a plan keeps text, so that nothing that happens in memory can change it. */
export const packStatements = (rows: readonly StatementRow[]): string =>
  JSON.stringify(
    rows.map(({ at, recordedAt, expiresAt, ...row }, n) => ({
      ...row,
      n,
      at: iso(at),
      recordedAt: iso(recordedAt),
      expiresAt: expiresAt === null ? null : iso(expiresAt),
    })),
  );

/**
 * Appends to the ledger what says something new, and moves the current state and the list of changes with it: one
 * statement for a whole batch. A signal that repeats the newest of its time is not written again; explicit statements
 * are, each once per message.
 */
export function writeStatements(sql: AnySql, packed: string): PromiseLike<unknown> {
  return sql`
    with given as (
      select * from json_to_recordset(${packed}::text::json) as r(n int, "profileId" int, key text, channel text, stream text, state text,
        at timestamptz, "recordedAt" timestamptz, "expiresAt" timestamptz, confirmed bool, "inboxId" int8, "tcfBits" int, "tcfVendors" json,
        "tcfRestricted" json, fingerprint text, origin text, "sourceId" text, "messageId" text, "actorId" text, "noticeHash" text, locale text,
        proof jsonb)
    ), fresh as (
      insert into consent_ledger (profile_id, key, channel, stream, state, at, recorded_at, expires_at, confirmed, inbox_id, tcf_bits, tcf_vendors,
        tcf_restricted, fingerprint, origin, source_id, message_id, actor_id, notice_hash, locale, proof)
      select "profileId", key, channel, stream, state, at, "recordedAt", "expiresAt", confirmed, "inboxId", "tcfBits",
        case when "tcfVendors" is not null and json_typeof("tcfVendors") = 'array' then array(select x::int from json_array_elements_text("tcfVendors") x) end,
        case when "tcfRestricted" is not null and json_typeof("tcfRestricted") = 'array' then array(select x::int from json_array_elements_text("tcfRestricted") x) end,
        fingerprint, origin, "sourceId", "messageId", "actorId", "noticeHash", locale, coalesce(proof, '{}')
      from given g
      where g.stream = 'explicit' or not exists (
        select 1 from (
          select l.state, l.fingerprint from consent_ledger l
          where l.profile_id = g."profileId" and l.key = g.key and l.channel = g.channel and l.stream = g.stream and l.at <= g.at
          order by l.at desc, (l.state <> 'granted') desc, l.id desc limit 1) before
        where before.state = g.state and before.fingerprint = g.fingerprint)
      order by g.n
      on conflict (profile_id, message_id, key, channel, stream) do nothing
      returning *
    ), moved as (
      insert into consent_current as c (profile_id, key, channel, stream, state, at, recorded_at, expires_at, confirmed, inbox_id, tcf_bits,
        tcf_vendors, tcf_restricted, fingerprint, ledger_id)
      select distinct on (profile_id, key, channel, stream) profile_id, key, channel, stream, state, at, recorded_at, expires_at, confirmed,
        inbox_id, tcf_bits, tcf_vendors, tcf_restricted, fingerprint, id
      from fresh order by profile_id, key, channel, stream, at desc, (state <> 'granted') desc, id desc
      on conflict (profile_id, key, channel, stream) do update set state = excluded.state, at = excluded.at, recorded_at = excluded.recorded_at,
        expires_at = excluded.expires_at, confirmed = excluded.confirmed, inbox_id = excluded.inbox_id, tcf_bits = excluded.tcf_bits,
        tcf_vendors = excluded.tcf_vendors, tcf_restricted = excluded.tcf_restricted, fingerprint = excluded.fingerprint,
        ledger_id = excluded.ledger_id
      where (excluded.at, excluded.state <> 'granted', excluded.ledger_id) > (c.at, c.state <> 'granted', c.ledger_id)
    )
    insert into consent_changes (profile_id) select distinct profile_id from fresh where profile_id > 0`;
}

/** Tells who keeps sets or unsent work that the answers for these fragments may have changed (a merge, an un-merge). */
export function noteConsentChanges(sql: AnySql, fragments: readonly number[]): PromiseLike<unknown> {
  return sql`insert into consent_changes (profile_id) select distinct x from unnest(${`{${fragments.join(",")}}`}::text::int[]) x`;
}
