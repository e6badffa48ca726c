import { connectLike, type Database } from "@/db/client";
import { readCursor } from "./cursor";
import type { IdentityRules, PreviewExample, RulesPreview } from "./model";
import { Processor } from "./processor";
import { previewTraits } from "./preview-traits";
import { DERIVED_TABLES, type RebuildProgress } from "./rebuild";

const EXAMPLES = 20;

/**
 * Replays the identity of all processed messages under candidate rules, with the very code of processing, in temporary
 * tables of one connection: what it says is what a rebuild under these rules gives. Memory stays that of one batch.
 */
export async function previewRules(
  database: Database,
  rules: IdentityRules,
  options: { signal?: AbortSignal; progress?: (at: RebuildProgress) => Promise<void> | void } = {},
): Promise<RulesPreview> {
  const target = await readCursor(database.sql);
  const own = connectLike(database, { max: 1, statementTimeoutMs: 300_000, applicationName: "tributary-preview" });
  try {
    // Temporary tables stand before the real ones wherever a name is not qualified.
    await own.sql`set temp_buffers = '64MB'`;
    for (const table of [...DERIVED_TABLES, "processing_cursors", "identity_rules", "identity_operations"])
      await own.sql.unsafe(`create temporary table "${table}" (like public."${table}" including all)`);
    await own.sql`insert into processing_cursors (name, xid, inbox_id) values ('main', '0', 0)`;
    await own.sql`insert into identity_operations overriding system value select * from public.identity_operations`;
    await own.sql`insert into identity_rules (version, rules) select version, rules from public.identity_rules`;
    await own.sql`insert into identity_rules (version, rules) values (-1, ${JSON.stringify(rules)}::text::jsonb)`;
    await own.sql`
      insert into identity_operations (id, at, after_xid, after_inbox_id, operation) overriding system value
      values (${Number.MAX_SAFE_INTEGER}, now(), '0', 0, '{"kind": "rules", "version": -1}')`;
    const processor = new Processor(own, { identityOnly: true, until: { xid: target.xid, id: target.id } });
    let done = 0;
    while (!options.signal?.aborted) {
      const { processed, caughtUp } = await processor.processNext();
      done += processed;
      await options.progress?.({ done, total: target.processed });
      if (caughtUp || processed === 0) break;
    }
    return { messages: done, ...(await compare(own)), traits: await previewTraits(database, rules) };
  } finally {
    await own.end();
  }
}

async function compare({ sql }: Database): Promise<Omit<RulesPreview, "messages" | "traits">> {
  await sql`analyze identifiers`;
  await sql`
    create temporary table compared as
    select o.type, o.value, o.person as before, n.person as after
    from (select i.type, i.value, coalesce(a.canonical_id, i.profile_id) as person
      from public.identifiers i left join public.profile_aliases a on a.profile_id = i.profile_id) o
    full join (select i.type, i.value, coalesce(a.canonical_id, i.profile_id) as person
      from pg_temp.identifiers i left join pg_temp.profile_aliases a on a.profile_id = i.profile_id) n
    on n.type = o.type and n.value = o.value`;
  const [row] = await sql<Omit<RulesPreview, "messages" | "traits" | "splitExamples" | "mergedExamples">[]>`
    select (select count(*) from public.profiles where merged_into is null)::int8 as "peopleBefore",
      (select count(*) from pg_temp.profiles where merged_into is null)::int8 as "peopleAfter",
      (select count(*) from (select 1 from compared group by before having before is not null and count(distinct after) > 1) s)::int8 as split,
      (select count(*) from (select 1 from compared group by after having after is not null and count(distinct before) > 1) m)::int8 as merged,
      (select count(*) from compared where after is null)::int8 as "identifiersLost",
      (select count(*) from compared where before is null)::int8 as "identifiersGained"`;
  if (!row) throw new Error("the comparison gave nothing");
  const examples = async (by: "before" | "after", other: "before" | "after"): Promise<PreviewExample[]> => {
    const rows = await sql.unsafe<{ key: number; people: number[]; identifiers: PreviewExample["identifiers"] }[]>(`
      select "${by}" as key, array_agg(distinct "before") filter (where "before" is not null) as people,
        (array_agg(jsonb_build_object('type', type, 'value', value, 'profileId', "${other}") order by "${other}", type, value))[1:12] as identifiers
      from compared where "${by}" is not null group by "${by}" having count(distinct "${other}") > 1
      order by count(distinct "${other}") desc, "${by}" limit ${EXAMPLES}`);
    return rows.map(({ people, identifiers }) => ({ people, identifiers }));
  };
  return { ...row, splitExamples: await examples("before", "after"), mergedExamples: await examples("after", "before") };
}
