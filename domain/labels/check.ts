import type { AnySql } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { violationSentence, type FieldRef, type Violation } from "./model";
import { inheritedLabels, type Root } from "./trace";

/** For what something is to be used: a purpose of consent and one of the uses of data. */
export interface LabelUse {
  purpose: string | null;
  use: string;
}

interface PolicyRow {
  name: string;
  label: string;
}

const policiesFor = (sql: AnySql, { purpose, use }: LabelUse): PromiseLike<PolicyRow[]> => sql<PolicyRow[]>`
  select name, label from label_policies
  where (target_kind = 'purpose' and target = ${purpose ?? ""}) or (target_kind = 'use' and target = ${use}) order by name`;

/** Policies that forbid this use of something, each with the field that is the reason. Without policies: one short read. */
export async function labelViolations(sql: AnySql, use: LabelUse, root: Root): Promise<Violation[]> {
  const policies = await policiesFor(sql, use);
  if (policies.length === 0) return [];
  const carried = await inheritedLabels(sql, root);
  return policies.flatMap(({ name, label }) => carried.filter((one) => one.label === label).map((one) => ({ ...one, policy: name })));
}

/** Refuses the use, in words that name the field and the way to it. `what`: `The segment "VIP"`. */
export async function requireLabels(ctx: Ctx, use: LabelUse, root: Root, what: string): Promise<void> {
  const [first, ...more] = await labelViolations(ctx.sql, use, root);
  if (!first) return;
  const others = more.length === 0 ? "" : ` So do ${more.length} more ${more.length === 1 ? "rule" : "rules"}.`;
  throw new DomainError(
    "FORBIDDEN",
    `${what} cannot be used for this: ${violationSentence(first)}.${others} Take the field out, or ask an admin about the policy under Data map, Policies.`,
    { data: { violations: [first, ...more].slice(0, 20) } },
  );
}

const answers = new WeakMap<object, Map<string, { until: number; violation: Violation | null }>>();
/** Milliseconds that a worker goes by an answer: a changed class or policy acts after that. */
const KEPT_MS = 5_000;

export const forgetAnswers = (ctx: Pick<Ctx, "root">): void => void answers.delete(ctx.root);

/** The same at run time, for work that asks again and again: `key` names the thing, answers are kept for five seconds. */
export async function labelViolation(ctx: Ctx, use: LabelUse, key: string, root: () => Root): Promise<Violation | null> {
  const kept = answers.get(ctx.root) ?? new Map<string, { until: number; violation: Violation | null }>();
  answers.set(ctx.root, kept);
  const full = `${use.purpose}\0${use.use}\0${key}`;
  const known = kept.get(full);
  const now = performance.now();
  if (known && known.until > now) return known.violation;
  if (kept.size > 2_000) kept.clear();
  const [violation = null] = await labelViolations(ctx.sql, use, root());
  kept.set(full, { until: now + KEPT_MS, violation });
  return violation;
}

/** Keys of traits that a use may not have: for answers that leave them out. Both as sent and as computed. */
export async function forbiddenTraits(sql: AnySql, use: LabelUse, keys: readonly string[]): Promise<Set<string>> {
  const policies = await policiesFor(sql, use);
  const out = new Set<string>();
  if (policies.length === 0) return out;
  const labels = new Set(policies.map(({ label }) => label));
  for (const key of keys) {
    const fields: FieldRef[] = [{ kind: "trait", scope: "", key }];
    // As a template would name it: a computed trait of that key is followed.
    const carried = await inheritedLabels(sql, { name: null, json: { kind: "formula", expression: key }, fields });
    if (carried.some(({ label }) => labels.has(label))) out.add(key);
  }
  return out;
}
