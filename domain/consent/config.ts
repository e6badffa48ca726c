import type { AnySql } from "@/db/client";
import type { Ctx } from "@/domain/kernel/context";
import type { PolicyRule, PurposeStatus, PurposeTerms, UseKind } from "./model";

export interface ConfiguredPurpose {
  id: string;
  name: string;
  status: PurposeStatus;
  version: number;
  terms: PurposeTerms;
  listed: boolean;
}
export interface ConfiguredUse {
  id: string;
  name: string;
  kind: UseKind;
  purposeId: string | null;
  tcfVendor: number | null;
}

/** Purposes as published, ways out and the policy between them. */
export interface ConsentSettings {
  version: number;
  purposes: ReadonlyMap<string, ConfiguredPurpose>;
  uses: ReadonlyMap<string, ConfiguredUse>;
  /** Rule by `policyKey`. */
  policies: ReadonlyMap<string, PolicyRule>;
}

export const policyKey = (purposeId: string, useId: string): string => `${purposeId}\0${useId}`;

/** The rule of a cell: what an admin set, else by legal basis for own uses, and for a destination only its own purpose. */
export function ruleOf(settings: ConsentSettings, purposeId: string, use: ConfiguredUse | null): PolicyRule {
  if (!use) return "basis";
  const set = settings.policies.get(policyKey(purposeId, use.id));
  if (set) return set;
  return use.kind === "use" || use.purposeId === purposeId ? "basis" : "block";
}

/** As it stands; with `asOf` the terms that were published then. */
export async function loadSettings(sql: AnySql, asOf?: Date): Promise<ConsentSettings> {
  const [[config], purposes, uses, policies] = await Promise.all([
    sql<{ version: number }[]>`select version from consent_config where name = 'main'`,
    sql<({ id: string; name: string; status: PurposeStatus; listed: boolean; version: number } & PurposeTerms)[]>`
      select p.id, p.name, p.status, p.listed, v.version, v.legal_basis as "legalBasis", v.channels, v.regions, v.categories,
        v.tcf_purposes as "tcfPurposes", v.us_opt_out as "usOptOut", v.sensitive, v.double_opt_in as "doubleOptIn", v.valid_days as "validDays"
      from consent_purposes p
      join lateral (
        select * from consent_purpose_versions v where v.purpose_id = p.id and v.published_at is not null
          ${asOf === undefined ? sql`` : sql`and (v.published_at <= ${asOf} or v.version = 1)`}
        order by v.version desc limit 1) v on true
      order by p.position, p.id`,
    sql<
      ConfiguredUse[]
    >`select id, name, kind, purpose_id as "purposeId", tcf_vendor as "tcfVendor" from consent_uses order by position, id`,
    sql<{ purposeId: string; useId: string; rule: PolicyRule }[]>`
      select purpose_id as "purposeId", use_id as "useId", rule from consent_policies`,
  ]);
  return {
    version: config?.version ?? 0,
    purposes: new Map(
      purposes.map(({ id, name, status, listed, version, ...terms }) => [id, { id, name, status, listed, version, terms }]),
    ),
    uses: new Map(uses.map((use) => [use.id, use])),
    policies: new Map(policies.map(({ purposeId, useId, rule }) => [policyKey(purposeId, useId), rule])),
  };
}

const kept = new WeakMap<object, ConsentSettings>();

/**
 * The settings as this process remembers them, or (with `version`) as they stand at that version. Inside a transaction
 * nothing is remembered: it may be rolled back.
 */
export async function settingsOf(ctx: Pick<Ctx, "sql" | "root" | "inTx">, version?: number): Promise<ConsentSettings> {
  const known = kept.get(ctx.root);
  if (known && (version === undefined || known.version === version)) return known;
  const fresh = await loadSettings(ctx.sql);
  if (!ctx.inTx) kept.set(ctx.root, fresh);
  return fresh;
}

/** The settings as they stand now. */
export async function currentSettings(ctx: Pick<Ctx, "sql" | "root" | "inTx">): Promise<ConsentSettings> {
  const [row] = await ctx.sql<{ version: number }[]>`select version from consent_config where name = 'main'`;
  return settingsOf(ctx, row?.version ?? 0);
}

/** To be called in the transaction of every change of purposes, uses and policies. */
export async function touchSettings(sql: AnySql): Promise<void> {
  await sql`update consent_config set version = version + 1, updated_at = now() where name = 'main'`;
}
