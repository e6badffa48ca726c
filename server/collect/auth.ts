import type { IncomingMessage } from "node:http";
import { findSourceByKey, type KeySource } from "@/domain/sources";
import type { AnySql } from "@/db/client";
import { Refused } from "./refused";
import { sameKey } from "./same-key";

const FOUND_MS = 30_000;
const UNKNOWN_MS = 5_000;
const USED_EVERY_MS = 60_000;
const MAX_CACHED = 10_000;
const MAX_KEY = 200;
const MAX_USERS = 1_000;
const MAX_HEADER = 300;

/** Users of Basic headers that were seen lately: a client sends the same header with every request. */
const users = new Map<string, string>();

function userOf(authorization: string): string {
  let user = users.get(authorization);
  if (user === undefined) {
    user = /^basic /i.test(authorization)
      ? (Buffer.from(authorization.slice(6).trim(), "base64").toString("utf8").split(":", 1)[0] ?? "")
      : "";
    if (authorization.length <= MAX_HEADER) {
      if (users.size >= MAX_USERS) users.clear();
      users.set(authorization, user);
    }
  }
  return user;
}

/** The write key that a request names outside its body: Basic (with or without the colon), X-Write-Key, the query. */
export function keyOfRequest({ headers }: IncomingMessage, query: URLSearchParams | undefined): string | undefined {
  let key: string | undefined;
  const { authorization } = headers;
  if (authorization !== undefined) key = sameKey(key, userOf(authorization));
  const header = headers["x-write-key"];
  if (typeof header === "string") key = sameKey(key, header.trim());
  if (query) for (const value of query.getAll("writeKey")) key = sameKey(key, value);
  return key;
}

interface Cached {
  source: KeySource | null;
  until: number;
}

/**
 * Looks write keys up, with a short memory: 30 s for a known key, 5 s for an unknown one, so that a new, revoked or
 * disabled one takes effect everywhere within half a minute. Concurrent look-ups of a key share one query.
 */
export class KeyRing {
  readonly #cache = new Map<string, Cached>();
  readonly #pending = new Map<string, Promise<KeySource | null>>();
  readonly #used = new Map<string, number>();

  constructor(
    private readonly sql: () => AnySql,
    private readonly guard: <T>(work: Promise<T>) => Promise<T>,
  ) {}

  /** The source of a key, enabled or not; refuses a missing or unknown one. Answers from memory where it can. */
  source(key: string | undefined, now: number): KeySource | Promise<KeySource> {
    if (key === undefined) throw new Refused("missing_key", "The request names no write key");
    const cached = this.#cache.get(key);
    if (cached && cached.until > now) return this.#check(cached.source, now);
    return this.#load(key, now).then((found) => this.#check(found, now));
  }

  #check(source: KeySource | null, now: number): KeySource {
    if (!source || (source.expiresAt && source.expiresAt.getTime() <= now)) {
      throw new Refused("unknown_key", "The write key is unknown, revoked or expired");
    }
    return source;
  }

  #load(key: string, now: number): Promise<KeySource | null> {
    if (key.length > MAX_KEY) return Promise.resolve(null);
    let pending = this.#pending.get(key);
    if (!pending) {
      pending = this.guard(findSourceByKey(this.sql(), key, new Date(now)))
        .then((source) => {
          if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
          this.#cache.set(key, { source, until: now + (source ? FOUND_MS : UNKNOWN_MS) });
          return source;
        })
        .finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return pending;
  }

  /** Notes that a key was used; written at most once a minute per key and process. */
  used(keyId: string, now: Date): void {
    if ((this.#used.get(keyId) ?? 0) > now.getTime() - USED_EVERY_MS) return;
    if (this.#used.size >= MAX_CACHED) this.#used.clear();
    this.#used.set(keyId, now.getTime());
    const written = this.sql()`
      update source_keys set last_used_at = ${now} where id = ${keyId} and (last_used_at is null or last_used_at < ${now})`;
    written.catch(() => this.#used.delete(keyId));
  }

  /** Forgets everything, so that the next request asks the database. */
  forget(): void {
    this.#cache.clear();
  }
}
