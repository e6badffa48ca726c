import type { AnySql } from "@/db/client";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { canBeRefused, canBeRestricted, keysOf, standingKeys, type Question } from "./decide";
import { tcfBits } from "./decode-tcf";
import { CHANNEL_IDENTIFIERS, CHANNEL_KEY, GPC_KEY, GPP_KEY, PAUSE_KEY, RESTRICTION_KEY, TCF_KEY } from "./model";

/** Answers of statements alone, by canonical id: regions and suppressed addresses come later. */
export interface StatementSets {
  /** A yes, and no no. */
  yes: IdSet;
  /** A no, an unsubscribed channel or a pause. */
  no: IdSet;
  /** People of several fragments that say different things: which of them counts is worked out one by one. */
  mixed: IdSet;
}

/**
 * The statements of everybody, in one pass. A statement becomes the number `ms * 4 + rank` (0 a yes that counts, 1 a yes
 * that does not, 2 a no), so that the newest of a fragment, and of two at once the stricter, is a maximum.
 */
export async function statementSets(sql: AnySql, question: Question, asOf?: Date): Promise<StatementSets> {
  const { terms, channel, vendor } = question;
  const now = new Date(question.now);
  const refusable = canBeRefused(question);
  const own = refusable ? keysOf(question.purposeId, terms) : [];
  const optOuts = refusable && terms.usOptOut ? [GPP_KEY, GPC_KEY] : [];
  const tcf = refusable && terms.tcfPurposes.length > 0 ? [TCF_KEY] : [];
  const standing = refusable ? standingKeys(terms) : [];
  const restriction = canBeRestricted(question) ? [RESTRICTION_KEY] : [];
  const channels = channel === null ? [""] : ["", channel];
  const stops = [...(channel === null || !refusable ? [] : [CHANNEL_KEY, PAUSE_KEY]), ...restriction];
  const keys = [...own, ...optOuts, ...tcf, ...standing, ...stops];
  const source = asOf
    ? sql`(select distinct on (profile_id, key, channel, stream) * from consent_ledger where at <= ${asOf} and key = any(${keys}::text[])
        order by profile_id, key, channel, stream, at desc, (state <> 'granted') desc, id desc)`
    : sql`consent_current`;
  const expires = terms.validDays === null ? sql`expires_at` : sql`least(expires_at, at + make_interval(days => ${terms.validDays}))`;
  const rank = sql`case when state <> 'granted' then 2 when ${expires} <= ${now} ${terms.doubleOptIn ? sql`or not confirmed` : sql``} then 1 else 0 end`;
  const mask = tcfBits(terms.tcfPurposes);
  const forbidden = terms.tcfPurposes.map((id) => (id << 16) | (vendor ?? 0));
  const tcfOk =
    vendor === null
      ? sql`(tcf_bits & ${mask}) = ${mask}`
      : sql`((tcf_bits & ${mask}) = ${mask} and ${vendor} = any(coalesce(tcf_vendors, '{}')) and not coalesce(tcf_restricted, '{}') && ${forbidden}::int[])`;
  const live = sql`(expires_at is null or expires_at > ${now})`;
  const mine = sql`key = any(${own}::text[])`;
  const [row] = await sql<{ yes: Uint8Array | null; no: Uint8Array | null; mixed: Uint8Array | null }[]>`
    with rows as (
      select profile_id, key, stream, state, expires_at, (extract(epoch from at) * 1000)::int8 as ms, ${rank} as rank,
        key = ${TCF_KEY} and ${live} and ${tcfOk} as tcf_yes, key = ${TCF_KEY} and ${live} and not ${tcfOk} as tcf_no
      from ${source} s where key = any(${keys}::text[]) and channel = any(${channels}::text[]) and (at <= ${now} or key = any(${stops}::text[]))
    ), fragments as (
      select profile_id,
        max(case when stream = 'explicit' and ${mine} then ms * 4 + rank end) as e,
        max(case when (key = any(${standing}::text[]) and state <> 'granted') or stream = 'signal' and ((${mine} and rank = 2) or tcf_no or (key = any(${optOuts}::text[]) and state <> 'granted')) then ms end) as sd,
        coalesce(bool_or(stream = 'signal' and ((${mine} and rank = 0) or (tcf_yes and rank = 0))), false) as sg,
        max(case when stream = 'explicit' and key = ${CHANNEL_KEY} then ms * 4 + case when state = 'granted' then 0 else 2 end end) as ue,
        max(case when stream = 'signal' and key = ${CHANNEL_KEY} and state <> 'granted' then ms end) as us,
        max(case when key = ${RESTRICTION_KEY} then ms * 4 + case when state = 'granted' then 0 else 2 end end) as r,
        coalesce(bool_or(key = any(${standing}::text[])), false) as st,
        max(case when key = ${PAUSE_KEY} then ms * 4 + case when state = 'granted' then 0 when expires_at <= ${now} then 1 else 2 end end) as p
      from rows group by profile_id
    ), judged as (
      select profile_id,
        coalesce(e & 3 = 2, false) or coalesce(sd >= coalesce(e >> 2, sd), false) as deny,
        case when e is null then sg else e & 3 = 0 end as allow,
        coalesce(ue & 3 = 2, false) or coalesce(us >= coalesce(ue >> 2, us), false) or coalesce(p & 3 = 2, false) or coalesce(r & 3 = 2, false) as stop,
        st or coalesce(e, ue, p, r) is not null as explicit
      from fragments
    ), people as (
      select j.profile_id as id, deny or stop as no, allow and not deny and not stop as yes, false as mixed
      from judged j where not exists (select 1 from profile_aliases a where a.profile_id = j.profile_id)
        and not exists (select 1 from profile_aliases a where a.canonical_id = j.profile_id)
      union all
      select id, no, yes and not no, mixed and no from (
        select coalesce(a.canonical_id, j.profile_id) as id, bool_or(deny or stop) as no, bool_or(allow) as yes,
          count(*) > 1 and bool_or(explicit) as mixed
        from judged j left join profile_aliases a on a.profile_id = j.profile_id
        where a.profile_id is not null or exists (select 1 from profile_aliases b where b.canonical_id = j.profile_id)
        group by 1) merged
    )
    select string_agg(int4send(id), '') filter (where yes and not mixed) as yes, string_agg(int4send(id), '') filter (where no and not mixed) as no,
      string_agg(int4send(id), '') filter (where mixed) as mixed
    from people where id > 0`;
  const set = (bytes: Uint8Array | null | undefined): IdSet => (bytes ? IdSet.fromPacked(bytes) : IdSet.EMPTY);
  return { yes: set(row?.yes), no: set(row?.no), mixed: set(row?.mixed) };
}

/** Everybody, by canonical id. */
export async function everybody(sql: AnySql): Promise<IdSet> {
  const [row] = await sql<{ ids: Uint8Array | null }[]>`select string_agg(int4send(id), '') as ids from profiles where merged_into is null`;
  return row?.ids ? IdSet.fromPacked(row.ids) : IdSet.EMPTY;
}

/** People in these countries. */
export async function peopleIn(sql: AnySql, countries: readonly string[]): Promise<IdSet> {
  const [row] = await sql<{ ids: Uint8Array | null }[]>`
    select string_agg(int4send(id), '') as ids from profiles where merged_into is null and country = any(${countries as string[]}::text[])`;
  return row?.ids ? IdSet.fromPacked(row.ids) : IdSet.EMPTY;
}

/** People whom the suppressed addresses of the question's channel stop: costs what is suppressed, not everybody. */
export async function suppressedPeople(sql: AnySql, question: Question, refusable: boolean, asOf?: Date): Promise<IdSet> {
  const types = question.channel === null ? null : CHANNEL_IDENTIFIERS[question.channel];
  if (!types) return IdSet.EMPTY;
  const until = asOf ? sql`and s.at <= ${asOf}` : sql``;
  const [row] = await sql<{ ids: Uint8Array | null }[]>`
    with hit as (
      select distinct coalesce(a.canonical_id, i.profile_id) as id
      from consent_suppressions s join identifiers i on i.type = s.type and i.value = s.value left join profile_aliases a on a.profile_id = i.profile_id
      where s.channel = ${question.channel} and s.type = any(${types as string[]}::text[]) ${until}
    ), judged as (
      select h.id, min(s.reason) filter (where s.reason <> 'bounced') as reason, count(*) = count(s.reason) as all_gone
      from hit h join lateral (select h.id as profile_id union all select profile_id from profile_aliases where canonical_id = h.id) f on true
      join identifiers i on i.profile_id = f.profile_id and i.type = any(${types as string[]}::text[])
      left join consent_suppressions s on s.type = i.type and s.value = i.value and s.channel = ${question.channel} ${until}
      group by h.id
    )
    select string_agg(int4send(id), '') as ids from judged
    where case when reason is not null then ${refusable} or reason <> 'unsubscribed' else all_gone end`;
  return row?.ids ? IdSet.fromPacked(row.ids) : IdSet.EMPTY;
}
