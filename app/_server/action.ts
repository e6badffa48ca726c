import "server-only";
import { revalidatePath } from "next/cache";
import { headers } from "next/headers";
import { requirePermission, type Permission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError, type Result } from "@/domain/kernel/errors";
import { anonymousContext, getUser, requireSettled, type UserCtx } from "./auth";
import { refusalOf } from "./failure";
import { requireOurOrigin } from "./origin";

export interface ActionOptions {
  /** Paths whose pages show what changed; they are rendered afresh. */
  refresh?: string | readonly string[];
}

/** What a client component calls. It never throws for an expected refusal. */
export type Action<I, O> = (input: I) => Promise<Result<O>>;

/**
 * The one way to make a server action. Order: origin, session, permission, then the verb, which checks again, parses
 * the input (strictly: it comes from the network, whatever its type says here), and writes the audit row.
 */
export function action<I, O>(
  permission: Permission,
  run: (ctx: UserCtx, input: I) => Promise<O>,
  options: ActionOptions = {},
): Action<I, O> {
  return async (input: I): Promise<Result<O>> => {
    try {
      requireOurOrigin(await headers());
      const ctx = await getUser();
      if (!ctx) throw new DomainError("UNAUTHORIZED", "Your session has ended. Sign in again.");
      requireSettled(ctx, permission);
      requirePermission(ctx, permission);
      const data = await run(ctx, input);
      for (const path of [options.refresh ?? []].flat()) revalidatePath(path);
      return { ok: true, data };
    } catch (error) {
      return { ok: false, error: refusalOf(error, "action") };
    }
  };
}

/** An action for people who are not signed in (sign-in, set-up, invitation, reset). The verb guards itself. */
export function publicAction<I, O>(run: (ctx: Ctx, input: I) => Promise<O>): Action<I, O> {
  return async (input: I): Promise<Result<O>> => {
    try {
      requireOurOrigin(await headers());
      return { ok: true, data: await run(anonymousContext(), input) };
    } catch (error) {
      return { ok: false, error: refusalOf(error, "action") };
    }
  };
}
