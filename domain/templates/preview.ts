import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import type { JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { maskJson, maskName, maskTraits } from "@/domain/profiles";
import { compileMjml } from "./compile-mjml";
import { emailMjml } from "./blocks-to-mjml";
import { findProblems, htmlProblems } from "./lint";
import { liquidProblem, liquidVariables, TemplateError } from "./liquid";
import { loadScopes, wantsOf } from "./load-scopes";
import type { PersonScope } from "./load-scopes";
import { liquidTexts, loadShared, sharedOf } from "./load-template";
import { contentSchema, PREVIEW_PEOPLE } from "./model";
import type { Content, MissingShare, Preview, Problem } from "./model";
import { renderTemplate, sharedBodies } from "./render";
import { hasFallback } from "./variables";

const previewSchema = z.strictObject({
  content: contentSchema,
  /** These people; empty: some who were here last. */
  people: z.array(z.number().int().min(1)).max(PREVIEW_PEOPLE).default([]),
  count: z.number().int().min(1).max(PREVIEW_PEOPLE).default(1),
  /** Out of this segment, where nobody is named. */
  segmentId: z.string().max(40).nullable().default(null),
  /** Null: each person's own. */
  language: z.string().max(10).nullable().default(null),
  /** The trigger's data: each person's newest event of this name. */
  event: z.string().max(200).nullable().default(null),
});

/** A draft as real people would get it. Whoever may not see personal data sees it with masked values. */
export async function previewTemplate(ctx: Ctx, input: unknown): Promise<Preview[]> {
  requirePermission(ctx, "journeys:read");
  requirePermission(ctx, "profiles:read");
  const { content, people, count, segmentId, language, event } = parseInput(previewSchema, input);
  const ids = people.length > 0 ? await canonical(ctx, people) : await somebody(ctx, count, segmentId);
  const shared = await loadShared(ctx.sql, sharedOf(content));
  const data = event === null ? new Map<number, JsonObject>() : await newestEvents(ctx, ids, event);
  const links = {
    unsubscribe: "https://example.com/unsubscribe",
    preferences: "https://example.com/preferences",
    view: "https://example.com/view",
  };
  const scopes = await loadScopes(ctx.sql, ids, wantsOf(content, shared), ctx.clock.now(), {
    data,
    links: new Map(ids.map((id) => [id, links])),
  });
  const unmasked = can(ctx, "personal_data:see");
  return Promise.all(
    ids.flatMap((id) => {
      const found = scopes.get(id);
      return found === undefined ? [] : [previewOf(content, shared, id, unmasked ? found : masked(found), language)];
    }),
  );
}

function masked({ scope, language, name }: PersonScope): PersonScope {
  return {
    scope: { ...scope, profile: maskTraits((scope["profile"] ?? {}) as JsonObject), event: maskJson(scope["event"] ?? {}, "properties") },
    language,
    name: name === null ? null : maskName(name),
  };
}

async function previewOf(
  content: Content,
  shared: ReadonlyMap<string, Content>,
  id: number,
  person: PersonScope,
  language: string | null,
): Promise<Preview> {
  const base = { person: { id, name: person.name ?? `Person ${id}` }, language: language ?? person.language ?? content.defaultLanguage };
  try {
    const rendered = await renderTemplate(content, person.scope, { language: language ?? person.language, shared });
    return { ...base, language: rendered.language, rendered, error: null };
  } catch (error) {
    if (error instanceof TemplateError) return { ...base, rendered: null, error: error.message };
    throw error;
  }
}

async function canonical(ctx: Ctx, ids: readonly number[]): Promise<number[]> {
  const rows = await ctx.sql<{ id: number }[]>`
    select distinct coalesce(a.canonical_id, p.id) as id from profiles p left join profile_aliases a on a.profile_id = p.id where p.id = any(${[...ids]}::int[])`;
  return rows.map(({ id }) => id);
}

async function somebody(ctx: Ctx, count: number, segmentId: string | null): Promise<number[]> {
  const rows =
    segmentId === null
      ? await ctx.sql<{ id: number }[]>`
          select id from (select id, known from profiles where merged_into is null order by last_seen_at desc, id desc limit 500) p order by known desc limit ${count}`
      : await ctx.sql<{ id: number }[]>`
          select m.profile_id as id from segment_members m where m.segment_id = ${segmentId} order by m.profile_id desc limit ${count}`;
  return rows.map(({ id }) => id);
}

async function newestEvents(ctx: Ctx, ids: readonly number[], event: string): Promise<Map<number, JsonObject>> {
  const rows = await ctx.sql<{ person: number; properties: JsonObject }[]>`
    select w.p as person, e.properties from unnest(${[...ids]}::int[]) w(p) cross join lateral (
      select e.properties from events e join event_types t on t.id = e.event_type and t.name = ${event}
      where e.profile_id in (select a.profile_id from profile_aliases a where a.canonical_id = w.p union all select w.p)
      order by e.occurred_at desc limit 1) e`;
  return new Map(rows.map(({ person, properties }) => [person, { entry: properties }]));
}

const checkSchema = z.strictObject({
  content: contentSchema,
  /** Whose values are counted; null: everybody known. */
  segmentId: z.string().max(40).nullable().default(null),
});

/** People whose values are counted at most; of larger audiences every n-th. */
const COUNTED = 50_000;

/** Everything that is wrong with a draft, and which variables how many of the audience lack. */
export async function checkTemplate(ctx: Ctx, input: unknown): Promise<{ problems: Problem[]; missing: MissingShare[] }> {
  requirePermission(ctx, "journeys:read");
  const { content, segmentId } = parseInput(checkSchema, input);
  const shared = await loadShared(ctx.sql, sharedOf(content));
  const problems = [...findProblems(content), ...(await compileProblems(content, shared))];
  const missing = await missingShares(ctx, liquidTexts(content, shared), segmentId);
  for (const one of missing)
    if (one.missing > 0 && !one.fallback)
      problems.push({
        level: "warning",
        language: null,
        blockId: null,
        message: `${one.path} is missing for ${share(one)} of the audience and has no fallback: write {{ ${one.path} | default: "…" }}.`,
      });
  const order = { error: 0, warning: 1, hint: 2 };
  return { problems: problems.toSorted((a, b) => order[a.level] - order[b.level]), missing };
}

const share = ({ missing, people }: MissingShare): string => {
  const percent = people === 0 ? 0 : (missing / people) * 100;
  return percent > 0 && percent < 1 ? "less than 1 %" : `${Math.round(percent)} %`;
};

async function compileProblems(content: Content, shared: ReadonlyMap<string, Content>): Promise<Problem[]> {
  const out: Problem[] = [];
  const error = (language: string, message: string): void => void out.push({ level: "error", language, blockId: null, message });
  if (content.channel !== "email") {
    for (const { language, text } of liquidTexts(content, shared)) {
      const problem = liquidProblem(text);
      if (problem !== null) error(language, problem);
    }
    return out;
  }
  for (const [language, variant] of Object.entries(content.variants)) {
    for (const text of [variant.subject, variant.preheader, variant.text ?? ""]) {
      const problem = liquidProblem(text);
      if (problem !== null) error(language, problem);
    }
    try {
      const { html, warnings } = await compileMjml(emailMjml(variant, content.theme, language, sharedBodies(shared, language)));
      for (const message of warnings) out.push({ level: "warning", language, blockId: null, message });
      out.push(...htmlProblems(html, language));
      const problem = liquidProblem(html);
      if (problem !== null) error(language, problem);
    } catch (problem) {
      if (!(problem instanceof TemplateError)) throw problem;
      error(language, problem.message);
    }
  }
  return out;
}

/** Columns of the person that stand beside traits of the same name. */
const COLUMNS = new Set(["name", "email", "phone", "country", "city", "timezone"]);
/** Always there. */
const ALWAYS = new Set(["id", "order_count", "revenue", "first_seen_at", "last_seen_at"]);

/** Per variable of the person: how many people of the audience have no value, or an empty one. One read of the audience. */
async function missingShares(ctx: Ctx, texts: readonly { text: string }[], segmentId: string | null): Promise<MissingShare[]> {
  const all = texts.map(({ text }) => text).join("\n");
  const paths = [...new Set(texts.flatMap(({ text }) => liquidVariables(text)))].filter(
    (path) => path.startsWith("profile.") && !ALWAYS.has(path.slice("profile.".length)),
  );
  if (paths.length === 0) return [];
  const asked = paths.slice(0, 40).map((path) => {
    const key = path.slice("profile.".length);
    const column = key === "first_name" || key === "last_name" ? "name" : COLUMNS.has(key) ? key : "";
    return { path, parts: key.split("."), column };
  });
  const [row] = await ctx.sql<{ n: number }[]>`
    select case when ${segmentId}::text is null then (select greatest(reltuples, 0)::int from pg_class where oid = 'profiles'::regclass)
      else (select size from segments where id = ${segmentId}) end as n`;
  const every = Math.max(1, Math.ceil((row?.n ?? 0) / COUNTED));
  const counted = await ctx.sql<{ path: string; missing: number; people: number }[]>`
    with people as materialized (
      select p.* from profiles p where p.merged_into is null and p.id % ${every}::int = 0
        and (${segmentId}::text is null and p.known or exists (select 1 from segment_members m where m.segment_id = ${segmentId} and m.profile_id = p.id)))
    select a.path, count(p.id)::int as people,
      (count(p.id) filter (where coalesce(nullif(p.traits #>> array(select json_array_elements_text(a.parts)), ''), case a.column
        when 'name' then p.name when 'email' then p.email when 'phone' then p.phone when 'country' then p.country when 'city' then p.city
        when 'timezone' then p.timezone end, '') = ''))::int as missing
    from json_to_recordset(${JSON.stringify(asked)}::text::json) as a(path text, parts json, "column" text) left join people p on true group by a.path`;
  return counted
    .map(({ path, missing, people }) => ({ path, missing, people, fallback: hasFallback(all, path) }))
    .toSorted((a, b) => b.missing - a.missing || a.path.localeCompare(b.path));
}
