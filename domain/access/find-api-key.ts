import type { Actor, Ctx } from "@/domain/kernel/context";
import { API_KEY_PATTERN, keyChecksumHolds } from "./api-key-format";
import { API_KEY_SCOPES, type ApiKeyScope } from "./model";
import { sha256 } from "./one-time-token";

type KeyActor = Extract<Actor, { kind: "apiKey" }>;

const POSITIVE_MS = 30_000;
const NEGATIVE_MS = 5_000;
const SEEN_EVERY_MS = 60_000;
const MOST = 10_000;

interface Known {
  actor: KeyActor | null;
  /** Time after which the database is asked again. */
  until: number;
  expiresAt: number;
}

const known = new Map<string, Known>();
const seen = new Map<string, number>();

/**
 * The actor behind a secret API key, or null. Cached for 30 s (unknown ones 5 s), so a revoked key is dead within
 * 30 s on every process, and at once on the one that revoked it (`forgetApiKeys`).
 */
export async function findApiKey(ctx: Ctx, key: string): Promise<KeyActor | null> {
  if (!API_KEY_PATTERN.test(key) || !keyChecksumHolds(key)) return null;
  const now = ctx.clock.now().getTime();
  const hash = sha256(key);
  let found = known.get(hash);
  if (!found || found.until <= now) {
    found = await read(ctx, hash, now);
    if (known.size >= MOST) known.clear();
    known.set(hash, found);
  }
  if (!found.actor || found.expiresAt <= now) return null;
  await markUsed(ctx, found.actor.id, now);
  return found.actor;
}

/** After a revocation: this process asks the database again. */
export const forgetApiKeys = (): void => known.clear();

async function read(ctx: Ctx, hash: string, now: number): Promise<Known> {
  const [row] = await ctx.sql<{ id: string; name: string; scopes: string[]; expires_at: Date | null }[]>`
    select id, name, scopes, least(expires_at, revoked_at) as expires_at from api_keys
    where key_hash = ${hash} and (revoked_at is null or revoked_at > ${new Date(now).toISOString()}::timestamptz)
      and (expires_at is null or expires_at > ${new Date(now).toISOString()}::timestamptz)`;
  if (!row) return { actor: null, until: now + NEGATIVE_MS, expiresAt: 0 };
  const scopes = row.scopes.filter((scope): scope is ApiKeyScope => (API_KEY_SCOPES as readonly string[]).includes(scope));
  return {
    actor: { kind: "apiKey", id: row.id, name: row.name, scopes },
    until: now + POSITIVE_MS,
    expiresAt: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}

async function markUsed(ctx: Ctx, id: string, now: number): Promise<void> {
  if (now - (seen.get(id) ?? 0) < SEEN_EVERY_MS) return;
  seen.set(id, now);
  await ctx.sql`update api_keys set last_used_at = ${new Date(now).toISOString()}::timestamptz where id = ${id}`;
}
