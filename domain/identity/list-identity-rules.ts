import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel";
import { DEFAULT_RULES_VERSION, readCursor, rulesAt } from "./cursor";
import { DEFAULT_IDENTITY_RULES, type IdentityRulesView, type RulesVersion } from "./model";

/** The rules in force, their versions, and types that wait for review. */
export async function listIdentityRules(ctx: Ctx): Promise<IdentityRulesView> {
  requirePermission(ctx, "identity:read");
  const [cursor, rows, types, sources, traits] = await Promise.all([
    readCursor(ctx.sql),
    ctx.sql<{ version: number; note: string | null; createdAt: Date; createdBy: string | null }[]>`
      select r.version, r.note, r.created_at as "createdAt", coalesce(u.name, r.created_by) as "createdBy"
      from identity_rules r left join users u on u.id = r.created_by order by r.version desc limit 100`,
    ctx.sql<{ type: string }[]>`
      with recursive t as (
        (select type from identifiers order by type limit 1)
        union all select (select i.type from identifiers i where i.type > t.type order by i.type limit 1) from t where t.type is not null)
      select type from t where type is not null`,
    ctx.sql<{ id: string; name: string }[]>`select id, name from sources order by name, id limit 1000`,
    ctx.sql<{ key: string }[]>`
      select key from seen_properties where kind = 'trait' group by key order by sum(n) desc, key limit 500`,
  ]);
  const { version, rules } = await rulesAt(ctx.sql, cursor);
  const known = new Set(rules.identifiers.filter(({ reviewed }) => reviewed).map(({ type }) => type));
  const versions: RulesVersion[] = rows.map(({ createdAt, ...row }) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    current: row.version === version,
  }));
  if (!versions.some((row) => row.version === DEFAULT_RULES_VERSION))
    versions.push({
      version: DEFAULT_RULES_VERSION,
      note: "The defaults",
      createdAt: null,
      createdBy: null,
      current: version === DEFAULT_RULES_VERSION,
    });
  return {
    version,
    rules: { ...DEFAULT_IDENTITY_RULES, ...rules },
    versions,
    sources: sources.map(({ id, name }) => ({ id, name })),
    traitKeys: traits.map(({ key }) => key),
    unreviewed: types.map(({ type }) => type).filter((type) => !known.has(type)),
  };
}
