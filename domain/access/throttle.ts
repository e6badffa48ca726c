import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { sha256 } from "./one-time-token";

const WINDOW_MS = 15 * 60_000;

export interface Limit {
  /** What is counted: `login:account:...`, `login:address:...`. Hashed before it is stored: it may name a person. */
  key: string;
  /** Tries allowed in 15 minutes; each further window in a row that was full halves it (at least 1). */
  max: number;
}

/** The part of a client address that one party controls: IPv4 whole, IPv6 its /64. */
export function addressKey(address: string | null): string {
  if (!address) return "unknown";
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/**
 * Counts one try against each limit and refuses when any is used up, before anything expensive happens. Runs outside
 * the caller's transaction, so that a refusal is still counted.
 */
export async function throttle(ctx: Ctx, limits: readonly Limit[]): Promise<void> {
  const now = ctx.clock.now().getTime();
  const start = Math.floor(now / WINDOW_MS) * WINDOW_MS;
  for (const limit of limits) {
    const key = sha256(limit.key);
    const iso = new Date(start).toISOString();
    const [row] = await ctx.sql<{ n: number; before: number[] }[]>`
      with counted as (
        insert into buckets (key, window_start, n) values (${key}, ${iso}::timestamptz, 1)
        on conflict (key, window_start) do update set n = buckets.n + 1
        returning n
      )
      select counted.n, coalesce((
        select array_agg(coalesce(b.n, 0) order by k)
        from generate_series(1, 4) k
        left join buckets b on b.key = ${key} and b.window_start = ${iso}::timestamptz - k * interval '15 minutes'
      ), '{}') as before
      from counted`;
    const before = row?.before ?? [];
    // Full windows in a row just before this one: 5, then 2, then 1 tries.
    let full = 0;
    while (full < before.length && (before[full] ?? 0) >= Math.max(1, limit.max >> full)) full++;
    if ((row?.n ?? 1) > Math.max(1, limit.max >> full)) {
      const minutes = Math.max(1, Math.ceil((start + WINDOW_MS - now) / 60_000));
      throw new DomainError("RATE_LIMITED", `Too many tries. Wait ${minutes} ${minutes === 1 ? "minute" : "minutes"}, then try again.`, {
        data: { retryAfter: Math.ceil((start + WINDOW_MS - now) / 1000) },
      });
    }
  }
}

/** Forgets the tries of an account after it has signed in. */
export async function forgive(ctx: Ctx, key: string): Promise<void> {
  await ctx.sql`delete from buckets where key = ${sha256(key)}`;
}

/** Takes one try back: it was no guess. What was counted before stays. */
export async function takeBack(ctx: Ctx, key: string): Promise<void> {
  const start = Math.floor(ctx.clock.now().getTime() / WINDOW_MS) * WINDOW_MS;
  await ctx.sql`
    update buckets set n = n - 1 where key = ${sha256(key)} and window_start = ${new Date(start).toISOString()}::timestamptz and n > 0`;
}

/** Deletes counters that no longer count. */
export async function sweepThrottle(ctx: Ctx): Promise<void> {
  const before = new Date(ctx.clock.now().getTime() - 6 * WINDOW_MS).toISOString();
  await ctx.sql`delete from buckets where window_start < ${before}::timestamptz`;
}
