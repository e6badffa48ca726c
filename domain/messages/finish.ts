import type { Rendered, SendResult } from "@/domain/channels";
import { noteResult, PROVIDERS } from "@/domain/channels";
import type { ProviderId } from "@/domain/channels/model";
import { wakeDecided } from "@/domain/journeys";
import type { MessageOutcome } from "@/domain/journeys/model";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";
import type { Claimed } from "./claim";
import { tellMessage } from "./facts";
import { suppress } from "./suppress";

/** Waits before each further try (milliseconds), spread by a fifth so that a crowd does not come back at once. */
const WAITS = [5_000, 60_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000, 86_400_000];
/** An account that does not work is asked again so soon; the breaker keeps others from it meanwhile. */
const ACCOUNT_WAIT_MS = 60_000;
/** After an unknown outcome a transactional message goes out once more within so long. */
const UNKNOWN_AGAIN_MS = 600_000;

export interface Kept {
  readonly address: string;
  /** Identifier type of the address. */
  readonly type: string | null;
  readonly content: Rendered & { readonly links: readonly string[] };
}

type Ending =
  | { readonly to: "sent"; readonly providerId: string | null }
  | { readonly to: "not_sent"; readonly outcome: MessageOutcome; readonly because: string; readonly error?: string }
  | { readonly to: "queued"; readonly dueAt: Date; readonly error: string };

/** What becomes of a message after a try. Pure. `random` in [0, 1). */
export function endingOf(
  message: Pick<Claimed, "attempt" | "transactional">,
  provider: ProviderId | null,
  result: SendResult,
  times: { readonly now: Date; readonly firstHanded: Date | null },
  random: number,
): Ending {
  const later = (ms: number): Date => new Date(times.now.getTime() + ms);
  const wait = WAITS[message.attempt - 1];
  const spread = (ms: number): number => Math.round(ms * (0.8 + 0.4 * random));
  switch (result.kind) {
    case "sent":
      return { to: "sent", providerId: result.providerId };
    case "rejected":
      // A browser that is gone: the person's next one is tried at once.
      if (provider === "web_push" && result.gone !== undefined && wait !== undefined)
        return { to: "queued", dueAt: times.now, error: result.error };
      return { to: "not_sent", outcome: "failed", because: `The provider refused it: ${result.error}`, error: result.error };
    case "account":
      return { to: "queued", dueAt: later(spread(ACCOUNT_WAIT_MS)), error: result.error };
    case "retry":
      if (wait === undefined)
        return {
          to: "not_sent",
          outcome: "failed",
          because: `Given up after ${message.attempt} tries: ${result.error}`,
          error: result.error,
        };
      return { to: "queued", dueAt: later(Math.max(spread(wait), result.afterMs ?? 0)), error: result.error };
    case "unknown": {
      const repeats = provider !== null && PROVIDERS[provider].keepsKeys;
      if (repeats && wait !== undefined) return { to: "queued", dueAt: later(spread(wait)), error: result.error };
      const first = times.firstHanded ?? times.now;
      if (message.transactional && message.attempt === 1 && times.now.getTime() - first.getTime() < UNKNOWN_AGAIN_MS)
        return { to: "queued", dueAt: later(spread(WAITS[0] ?? 0)), error: result.error };
      return {
        to: "not_sent",
        outcome: "unknown",
        because: "It was handed over and no answer came. It is not sent again, since it may have arrived.",
        error: result.error,
      };
    }
  }
}

/**
 * Writes what became of a message, with its events, suppression and what waits for it, in one transaction; nothing when
 * another worker holds it by now. False: it was too late.
 */
export async function finish(
  ctx: Ctx,
  message: Claimed,
  ending: Ending,
  kept: Kept | null,
  result: SendResult | null,
  /** Done in the same transaction where the message was sent. */
  along?: (tx: Ctx, message: Claimed, kept: Kept) => Promise<void>,
): Promise<boolean> {
  return withTx(ctx, async (tx) => {
    const now = tx.clock.now();
    const state = ending.to;
    const content = kept === null ? null : JSON.stringify(kept.content);
    const rows = await tx.sql`
      update messages set state = ${state}, lease_until = null,
        outcome = ${state === "sent" ? "sent" : state === "not_sent" ? ending.outcome : null},
        because = ${state === "not_sent" ? ending.because : null},
        due_at = ${state === "queued" ? ending.dueAt : message.dueAt},
        sent_at = ${state === "sent" ? now : null}, decided_at = ${state === "queued" ? null : now},
        provider_id = ${state === "sent" ? ending.providerId : null},
        error = ${state === "sent" ? null : (ending.error ?? null)},
        address = ${kept?.address || null}, content = coalesce(${content}::text::jsonb, content)
      where profile_id = ${message.profileId} and id = ${message.id} and state = 'sending' and lease_token = ${message.token} returning 1`;
    if (rows.length === 0) return false;
    await tx.sql`
      update message_attempts set finished_at = ${now}, status = ${result?.status ?? null}, error = ${state === "sent" ? null : (ending.error ?? (state === "not_sent" ? ending.because : null))},
        result = ${state === "sent" ? "ok" : (result?.kind ?? "stopped")}
      where profile_id = ${message.profileId} and message_id = ${message.id} and attempt = ${message.attempt}`;
    if (result !== null && message.accountId !== null) await noteResult(tx, message.accountId, result);
    if (result?.kind === "rejected" && result.gone !== undefined && kept !== null)
      await suppress(tx, {
        profileId: message.profileId,
        channel: message.channel,
        type: kept.type,
        value: kept.address,
        reason: result.gone,
      });
    if (state === "sent")
      await tellMessage(
        tx.sql,
        { ...message, subject: kept?.content.subject ?? null },
        [{ kind: "sent", at: now, eventId: "sent", machine: false, url: null, detail: null }],
        now,
      );
    if (state === "sent" && kept !== null) await along?.(tx, message, kept);
    if (state !== "queued" && message.runId !== null) await wakeDecided(tx, [message.runId]);
    return true;
  });
}
