import { createHash } from "node:crypto";
import type { Database } from "@/db/client";
import { API_KEY_SCOPES } from "@/domain/access/model";
import type { KeyActor } from "./handler";

/** A revoked key is dead within this time; a new one works within the other. */
const FOUND_MS = 30_000;
const MISSING_MS = 5_000;
const MOST = 10_000;

/** Looks a secret key up by its hash, remembered for a short time so that a read costs no second query. */
export function createKeyFinder(database: Database): (key: string | undefined) => Promise<KeyActor | undefined> {
  const cache = new Map<string, { until: number; actor: KeyActor | undefined }>();
  return async (key) => {
    if (key === undefined || key.length > 200) return undefined;
    const hash = createHash("sha256").update(key).digest("hex");
    const now = Date.now();
    const known = cache.get(hash);
    if (known && known.until > now) return known.actor;
    const [row] = await database.sql<{ id: string; name: string; scopes: string[] }[]>`
      select id, name, scopes from api_keys
      where key_hash = ${hash} and revoked_at is null and (expires_at is null or expires_at > now())`;
    const actor: KeyActor | undefined = row && {
      kind: "apiKey",
      id: row.id,
      name: row.name,
      scopes: API_KEY_SCOPES.filter((scope) => row.scopes.includes(scope)),
    };
    if (cache.size >= MOST) cache.clear();
    cache.set(hash, { until: now + (actor ? FOUND_MS : MISSING_MS), actor });
    if (actor)
      await database.sql`update api_keys set last_used_at = now() where id = ${actor.id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`;
    return actor;
  };
}
