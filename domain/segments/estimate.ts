import { z } from "zod";
import { can, companySettings, requirePermission } from "@/domain/access";
import { mayUseMany } from "@/domain/consent";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import type { IdSet } from "@/domain/kernel/sets/id-set";
import { resolveProfile, searchProfiles } from "@/domain/profiles";
import type { Estimate, NodeCount, SampleMember, TestedPerson } from "./contracts";
import { engineOf, type Answer } from "./engine";
import { evaluate } from "./evaluate";
import { explain } from "./explain";
import { evaluateEnv, loadMemberships, loadPeople } from "./load-people";
import { ruleSchema, type Rule, type RuleNode } from "./model";
import { needsOf } from "./needs";
import { maskExplained, refusePersonal, refusePersonalTraits, segmentPeople } from "./people";
import { checkReferences } from "./references";
import { ensureSqlLists, refuseOthersSql } from "./sql-lists";

const estimateSchema = z.strictObject({ rule: ruleSchema, segmentId: z.string().max(40).optional() });

/** The sets of a draft, after everything that may forbid to count it. */
export async function ask(ctx: Ctx, rule: Rule, segmentId: string | undefined, signal?: AbortSignal): Promise<Answer & { zone: string }> {
  refusePersonal(ctx, rule);
  await refusePersonalTraits(ctx, rule);
  await refuseOthersSql(ctx, rule);
  await checkReferences(ctx.sql, rule, segmentId);
  await ensureSqlLists(ctx.root, rule);
  const { timezone: zone } = await companySettings(ctx.sql);
  return { ...(await engineOf(ctx.root).ask(rule, { zone, segmentId, signal })), zone };
}

/** Exact counts of every row, every group and the whole of a draft rule. Stops in the database when `signal` is aborted. */
export async function estimateRule(ctx: Ctx, input: unknown, signal?: AbortSignal): Promise<Estimate> {
  requirePermission(ctx, "segments:read");
  const { rule, segmentId } = parseInput(estimateSchema, input);
  const started = performance.now();
  const answer = await ask(ctx, rule, segmentId, signal);
  return {
    asOf: new Date(answer.asOf).toISOString(),
    base: answer.base.size,
    total: answer.total.size,
    nodes: countNodes(rule.root, answer),
    took: Math.round(performance.now() - started),
    computed: Object.fromEntries([...answer.computed].map(([id, { by, ms }]) => [id, { by, ms: Math.round(ms * 10) / 10 }])),
  };
}

function countNodes(root: RuleNode, { base, sets }: Answer): Record<string, NodeCount> {
  const out: Record<string, NodeCount> = Object.create(null) as Record<string, NodeCount>;
  const walk = (node: RuleNode): void => {
    const own = sets.get(node.id);
    out[node.id] = { ...out[node.id], alone: own?.size ?? 0 };
    if (node.kind !== "group") return;
    let left: IdSet = base;
    for (const child of node.children) {
      const set = sets.get(child.id);
      if (node.match === "all" && !child.muted && set) {
        left = left.and(set);
        out[child.id] = { alone: 0, after: left.size };
      }
      walk(child);
    }
  };
  walk(root);
  return out;
}

const SAMPLE_MAX = 50;
const sampleSchema = estimateSchema.extend({ limit: z.number().int().min(1).max(SAMPLE_MAX).default(10) });

/** Some members of a draft rule, spread over all of them, with the rows that let each in. */
export async function sampleMembers(ctx: Ctx, input: unknown): Promise<SampleMember[]> {
  requirePermission(ctx, "segments:read");
  requirePermission(ctx, "profiles:read");
  const { rule, segmentId, limit } = parseInput(sampleSchema, input);
  const answer = await ask(ctx, rule, segmentId);
  const ids = spread(answer.total, limit);
  const tested = await testIds(ctx, rule, segmentId, ids, answer.asOf, answer.zone);
  const answers = await mayUseMany(ctx, { profileIds: ids, destination: "reports" });
  return ids.flatMap((id) => {
    const one = tested.get(id);
    // Who left since the counts were made is no member to show.
    return one?.met && answers.get(id)?.allowed ? [{ ...one.person, explained: one.explained }] : [];
  });
}

/** Every n-th id, the same at each call: early and late people alike. */
function spread(set: IdSet, limit: number): number[] {
  const step = Math.max(1, Math.floor(set.size / limit));
  const out: number[] = [];
  let i = 0;
  for (const id of set) {
    if (i++ % step === 0) out.push(id);
    if (out.length === limit) break;
  }
  return out;
}

async function testIds(
  ctx: Ctx,
  rule: Rule,
  segmentId: string | undefined,
  ids: readonly number[],
  now: number,
  zone: string,
): Promise<Map<number, TestedPerson>> {
  const unmasked = can(ctx, "personal_data:see");
  const needs = needsOf([rule], now);
  const wanted = [...needs.segments, ...(segmentId === undefined ? [] : [segmentId])];
  const [people, memberships, shown] = await Promise.all([
    loadPeople(ctx.sql, ids, needs, zone, now),
    loadMemberships(ctx.sql, ids, wanted, [...needs.lists]),
    segmentPeople(ctx.sql, ids, unmasked),
  ]);
  const out = new Map<number, TestedPerson>();
  for (const [id, facts] of people) {
    const person = shown.get(id);
    if (!person) continue;
    const env = evaluateEnv(now, memberships, id, segmentId);
    const explained = explain(rule, facts, env);
    out.set(id, { person, met: evaluate(rule, facts, env), explained: unmasked ? explained : maskExplained(explained, rule) });
  }
  return out;
}

const testSchema = estimateSchema.extend({
  query: z.string().trim().min(1, "Enter a person: an e-mail, a user id or a profile id.").max(500),
});

/** One person against a draft rule: in or out, and the rows that decided it. */
export async function testPerson(ctx: Ctx, input: unknown): Promise<TestedPerson> {
  requirePermission(ctx, "segments:read");
  requirePermission(ctx, "profiles:read");
  const { rule, segmentId, query } = parseInput(testSchema, input);
  await refuseOthersSql(ctx, rule);
  refusePersonal(ctx, rule);
  await refusePersonalTraits(ctx, rule);
  await checkReferences(ctx.sql, rule, segmentId);
  await ensureSqlLists(ctx.root, rule);
  const id = await findPerson(ctx, query);
  const { timezone: zone } = await companySettings(ctx.sql);
  const tested = await testIds(ctx, rule, segmentId, [id], ctx.clock.now().getTime(), zone);
  const one = tested.get(id);
  if (!one) throw notFound(`Profile ${id}`);
  return one;
}

async function findPerson(ctx: Ctx, query: string): Promise<number> {
  try {
    return await resolveProfile(ctx, query);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "NOT_FOUND") throw error;
  }
  const { exact, hits } = await searchProfiles(ctx, { q: query });
  if (exact !== null) return exact;
  const [only] = hits;
  if (hits.length > 1)
    throw new DomainError("VALIDATION", "Several people fit this. Enter a whole e-mail, user id or profile id.", {
      fields: { query: "several people fit" },
    });
  if (!only)
    throw new DomainError("NOT_FOUND", "Nobody has this identifier. Try an e-mail, a user id or a profile id.", {
      fields: { query: "nobody has this identifier" },
    });
  return only.id;
}
