import { companySettings } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { definitionsOf, versionKey } from "./definitions";
import type { JourneyDefinition } from "./model";
import { datesDueOn, goesByPerson, isTimed, nextOccurrence, occurrencesIn } from "./occurrences";
import type { TimedEntry } from "./occurrences";

/** People whose dates are looked at in one transaction. */
const PEOPLE_AT_ONCE = 20_000;
/** How often zones that people newly have are looked for. */
const ZONES_EVERY_MS = 3_600_000;
/** Starts that are later than this (the product was down) are left out: a birthday greeting of the day before is none. */
export const START_GRACE_MS = 12 * 3_600_000;

/** One occurrence for the people of one zone; null: for everybody. */
interface Slot {
  readonly zone: string | null;
  readonly date: string;
  readonly at: string;
  readonly upTo: string | null;
  readonly days: string | null;
}

/** The part of a plan that is being written: all occurrences up to `to`. */
interface Pass {
  readonly to: string;
  readonly slots: readonly Slot[];
  /** Zones in use; people of others count to the company's. */
  readonly zones: readonly string[];
}

interface Row {
  readonly journeyId: string;
  readonly version: number;
  readonly plannedTo: Date;
  readonly pass: Pass | null;
  readonly nextProfile: number;
}

/**
 * Writes the starts of journeys whose date or schedule has come, a set of people in one statement. Each occurrence is
 * written once: the plan's place moves in the same transaction. Any number of workers: each takes another journey.
 * Cost: an index read while nothing is due; then one pass over the people (or the segment's members) for each local time
 * that zones in use reach, and a look at the zones in use once an hour. Never a look at everybody by the minute.
 */
export async function planStarts(ctx: Ctx): Promise<{ starts: number; idle: boolean }> {
  return withTx(ctx, async (tx) => {
    const now = tx.clock.now();
    const [row] = await tx.sql<Row[]>`
      select p.journey_id as "journeyId", j.version, p.planned_to as "plannedTo", p.pass, p.next_profile as "nextProfile"
      from journey_plans p join journeys j on j.id = p.journey_id and j.status = 'live'
      where p.next_at <= ${now} order by p.next_at limit 1 for update of p skip locked`;
    if (row === undefined) return { starts: 0, idle: true };
    const definition = (await definitionsOf(tx.sql, [row])).get(versionKey(row.journeyId, row.version));
    if (definition === undefined || !isTimed(definition.entry)) {
      await tx.sql`delete from journey_plans where journey_id = ${row.journeyId}`;
      return { starts: 0, idle: false };
    }
    const { timezone } = await companySettings(tx.sql);
    const pass = row.pass ?? (await newPass(tx, definition.entry, row.plannedTo.getTime(), now.getTime(), timezone));
    const written = pass.slots.length === 0 ? null : await writeStarts(tx, row, definition.entry, pass, timezone);
    if (written !== null && written.next !== null) {
      await tx.sql`
        update journey_plans set pass = ${JSON.stringify(pass)}::text::jsonb, next_profile = ${written.next} where journey_id = ${row.journeyId}`;
      return { starts: written.starts, idle: false };
    }
    const next = nextLook(definition.entry, pass.zones, Date.parse(pass.to), timezone);
    if (next === null) await tx.sql`delete from journey_plans where journey_id = ${row.journeyId}`;
    else {
      await tx.sql`
        update journey_plans set planned_to = ${pass.to}::timestamptz, next_at = ${new Date(next)}, pass = null, next_profile = 0
        where journey_id = ${row.journeyId}`;
    }
    return { starts: written?.starts ?? 0, idle: false };
  });
}

async function newPass(tx: Ctx, entry: TimedEntry, plannedTo: number, now: number, company: string): Promise<Pass> {
  const byPerson = goesByPerson(entry);
  const zones = byPerson ? await zonesInUse(tx, company) : [];
  const from = Math.max(plannedTo, now - START_GRACE_MS);
  const slots = (byPerson ? zones : [company]).flatMap((zone) =>
    occurrencesIn(entry, zone, from, now).map(({ date, at }): Slot => {
      const due = entry.kind === "date_trait" ? datesDueOn(date, entry) : null;
      return {
        zone: byPerson ? zone : null,
        date,
        at: new Date(at).toISOString(),
        upTo: due?.upTo ?? null,
        days: due?.days?.join(",") ?? null,
      };
    }),
  );
  return { to: new Date(now).toISOString(), slots, zones };
}

/** The earliest moment after `after` at which something can be due, or null. */
function nextLook(entry: TimedEntry, zones: readonly string[], after: number, company: string): number | null {
  const byPerson = goesByPerson(entry);
  const next = (byPerson ? zones : [company]).flatMap((zone) => nextOccurrence(entry, zone, after)?.at ?? []);
  if (next.length > 0) return byPerson ? Math.min(...next, after + ZONES_EVERY_MS) : Math.min(...next);
  // A single local start is over once the last zone on Earth has reached it.
  if (entry.kind === "schedule" && entry.at !== null && byPerson && after < Date.parse(entry.at) + 27 * 3_600_000)
    return after + ZONES_EVERY_MS;
  return null;
}

/** Zones of people that this runtime and PostgreSQL know, and the company's. */
async function zonesInUse(tx: Ctx, company: string): Promise<string[]> {
  const rows = await tx.sql<{ zone: string }[]>`
    select z.name as zone from pg_timezone_names z
    join (select distinct timezone from profiles where merged_into is null and timezone is not null) p on p.timezone = z.name`;
  return [...new Set([company, ...rows.map(({ zone }) => zone).filter((zone) => isKnown(zone))])];
}

function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** @returns how many starts, and the profile to go on behind; null: everybody was looked at */
async function writeStarts(
  tx: Ctx,
  row: Row,
  entry: TimedEntry,
  pass: Pass,
  company: string,
): Promise<{ starts: number; next: number | null }> {
  const path = entry.kind === "date_trait" ? entry.path : [];
  const segment = entry.kind === "schedule" ? entry.segmentId : null;
  const ref = entry.kind === "date_trait" ? "date" : "schedule";
  const looked =
    segment === null
      ? tx.sql`select p.id from profiles p where p.id > ${row.nextProfile} and p.merged_into is null order by p.id limit ${PEOPLE_AT_ONCE}`
      : tx.sql`
          select m.profile_id as id from segment_members m where m.segment_id = ${segment} and m.profile_id > ${row.nextProfile}
          order by m.profile_id limit ${PEOPLE_AT_ONCE}`;
  const [out] = await tx.sql<{ looked: number; last: number | null; starts: number }[]>`
    with looked as materialized (${looked}),
    people as (
      select p.id, p.traits #>> ${path as string[]}::text[] as day,
        case when p.timezone = any(${pass.zones as string[]}::text[]) then p.timezone else ${company} end as zone
      from looked l join profiles p on p.id = l.id and p.merged_into is null),
    put as (
      insert into journey_starts (journey_id, profile_id, entry_ref, data, due_at)
      select ${row.journeyId}, p.id, ${`${ref}:`} || s.date, jsonb_build_object('scheduled_for', s.at, 'date', s.date), s.at::timestamptz
      from people p
      join json_to_recordset(${JSON.stringify(pass.slots)}::text::json) as s(zone text, date text, at text, "upTo" text, days text)
        on s.zone is null or s.zone = p.zone
      where s."upTo" is null or (p.day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}($|[T ])' and case when s.days is null then left(p.day, 10) = s."upTo"
        else left(p.day, 10) <= s."upTo" and substr(p.day, 6, 5) = any(string_to_array(s.days, ',')) end)
      on conflict do nothing returning 1)
    select (select count(*)::int from looked) as looked, (select max(id) from looked) as last, (select count(*)::int from put) as starts`;
  const more = out !== undefined && out.looked === PEOPLE_AT_ONCE && out.last !== null;
  return { starts: out?.starts ?? 0, next: more ? out.last : null };
}

/**
 * Sets the plan of a journey that was published or resumed: occurrences count from now on; where the same entry was live
 * already, from where the plan stands.
 */
export async function settlePlan(
  tx: Ctx,
  journeyId: string,
  definition: JourneyDefinition,
  earlier: JourneyDefinition | null,
): Promise<void> {
  const now = tx.clock.now();
  if (!isTimed(definition.entry)) {
    await tx.sql`delete from journey_plans where journey_id = ${journeyId}`;
    return;
  }
  const same = earlier !== null && canonicalJson(earlier.entry) === canonicalJson(definition.entry);
  await tx.sql`
    insert into journey_plans (journey_id, planned_to, next_at) values (${journeyId}, ${now}, ${now})
    on conflict (journey_id) do update set next_at = excluded.next_at,
      planned_to = case when ${same} then journey_plans.planned_to else excluded.planned_to end,
      pass = case when ${same} then journey_plans.pass end, next_profile = case when ${same} then journey_plans.next_profile else 0 end`;
}
