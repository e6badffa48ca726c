import { z } from "zod";
import { recordAudit } from "@/domain/kernel/record-audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { newApiKey } from "./api-key-format";
import { nameSchema } from "./fields";
import { forgetApiKeys } from "./find-api-key";
import { API_KEY_SCOPES, type ApiKeyInfo, type ApiKeyScope } from "./model";
import { sha256 } from "./one-time-token";
import { can, requirePermission } from "./require-permission";

/** The old key goes on working this long after a rotation. */
const OVERLAP_MS = 24 * 60 * 60_000;

export async function listApiKeys(ctx: Ctx): Promise<ApiKeyInfo[]> {
  requirePermission(ctx, "api_keys:read");
  const rows = await ctx.sql<Row[]>`
    select k.id, k.name, k.prefix, k.last4, k.scopes, u.name as created_by_name, k.created_at, k.last_used_at, k.expires_at, k.revoked_at
    from api_keys k left join users u on u.id = k.created_by
    order by k.revoked_at is not null and k.revoked_at <= ${ctx.clock.now().toISOString()}::timestamptz, k.created_at desc, k.id limit 500`;
  return rows.map(infoOf);
}

const creation = z.strictObject({
  name: nameSchema,
  scopes: z
    .array(z.enum(API_KEY_SCOPES))
    .min(1, "Choose at least one scope.")
    .transform((scopes) => [...new Set(scopes)]),
  /** Days until it expires; null for never. */
  expiresInDays: z.number().int().min(1).max(3650).nullable().default(null),
});

/** Makes a secret key. Its text is in the answer and nowhere else: only its hash is stored. */
export async function createApiKey(ctx: Ctx, input: unknown): Promise<{ key: string; info: ApiKeyInfo }> {
  requirePermission(ctx, "api_keys:write");
  const given = parseInput(creation, input);
  if (given.scopes.includes("personal_data:see") && !can(ctx, "personal_data:see")) {
    throw new DomainError("FORBIDDEN", "You may not see personal data, so your keys may not either.");
  }
  const now = ctx.clock.now().getTime();
  const expiresAt = given.expiresInDays === null ? null : new Date(now + given.expiresInDays * 86_400_000);
  return withTx(ctx, (tx) => insert(tx, { name: given.name, scopes: given.scopes, expiresAt }, "api_key.created", {}));
}

const one = z.strictObject({ id: z.string().max(64) });

/** A new key with the same name, scopes and expiry; the old one works for 24 hours more. */
export async function rotateApiKey(ctx: Ctx, input: unknown): Promise<{ key: string; info: ApiKeyInfo }> {
  requirePermission(ctx, "api_keys:write");
  const { id } = parseInput(one, input);
  return withTx(ctx, async (tx) => {
    const old = await lockKey(tx, id);
    if (old.scopes.includes("personal_data:see") && !can(tx, "personal_data:see")) {
      throw new DomainError("FORBIDDEN", "This key sees personal data and you may not. Ask an admin who may.");
    }
    const until = new Date(tx.clock.now().getTime() + OVERLAP_MS);
    await tx.sql`update api_keys set revoked_at = ${until.toISOString()}::timestamptz where id = ${id}`;
    forgetApiKeys();
    const made = await insert(tx, { name: old.name, scopes: old.scopes, expiresAt: old.expires_at }, "api_key.rotated", { replaces: id });
    return made;
  });
}

/** Ends a key: at once in this process, within 30 s in others. */
export async function revokeApiKey(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "api_keys:write");
  const { id } = parseInput(one, input);
  const out = await withTx(ctx, async (tx) => {
    await lockKey(tx, id);
    await tx.sql`update api_keys set revoked_at = ${tx.clock.now().toISOString()}::timestamptz where id = ${id}`;
    await recordAudit(tx, { action: "api_key.revoked", object: { type: "api_key", id } });
    return { id };
  });
  forgetApiKeys();
  return out;
}

interface Row {
  id: string;
  name: string;
  prefix: string;
  last4: string;
  scopes: ApiKeyScope[];
  created_by_name: string | null;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

const infoOf = (row: Row): ApiKeyInfo => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  last4: row.last4,
  scopes: row.scopes,
  createdByName: row.created_by_name,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  expiresAt: row.expires_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
});

/** The key's row, locked; refuses one that has ended or is ending. */
async function lockKey(tx: Ctx, id: string): Promise<{ name: string; scopes: ApiKeyScope[]; expires_at: Date | null }> {
  const [row] = await tx.sql<{ name: string; scopes: ApiKeyScope[]; expires_at: Date | null; revoked_at: Date | null }[]>`
    select name, scopes, expires_at, revoked_at from api_keys where id = ${id} for update`;
  if (!row) throw notFound("This API key");
  if (row.revoked_at && row.revoked_at <= tx.clock.now()) throw new DomainError("CONFLICT", "This API key was revoked already.");
  return row;
}

async function insert(
  tx: Ctx,
  key: { name: string; scopes: ApiKeyScope[]; expiresAt: Date | null },
  action: string,
  detail: Record<string, unknown>,
): Promise<{ key: string; info: ApiKeyInfo }> {
  const text = newApiKey();
  const id = newId("key");
  const by = tx.actor.kind === "user" ? tx.actor : null;
  const row = {
    id,
    name: key.name,
    prefix: text.slice(0, 11),
    last4: text.slice(-4),
    scopes: key.scopes,
    created_by_name: by?.name ?? null,
    created_at: tx.clock.now(),
    last_used_at: null,
    expires_at: key.expiresAt,
    revoked_at: null,
  };
  await tx.sql`
    insert into api_keys (id, name, key_hash, prefix, last4, scopes, created_by, created_at, expires_at)
    values (${id}, ${key.name}, ${sha256(text)}, ${row.prefix}, ${row.last4}, ${key.scopes}::text[], ${by?.id ?? null},
      ${row.created_at.toISOString()}::timestamptz, ${key.expiresAt?.toISOString() ?? null}::timestamptz)`;
  await recordAudit(tx, { action, object: { type: "api_key", id }, after: { scopes: key.scopes, expiresAt: key.expiresAt }, detail });
  return { key: text, info: infoOf(row) };
}
