import { getUser } from "@/app/_server/auth";
import { route } from "@/app/_server/route";
import { sessionClaims } from "@/app/_server/session";
import { can, findSession } from "@/domain/access";
import { createContext, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { recentMessages, tailMessages } from "@/domain/sources";
import { messageStream } from "./message-stream";

export const dynamic = "force-dynamic";

/** Live messages of a source as server-sent events. `Last-Event-ID` or `?since=` resumes without loss. */
export const GET = route<{ id: string }>("debugger:read", async (ctx, request, { id }) => {
  const claims = await sessionClaims();
  if (!claims || !(await getUser())) throw new DomainError("UNAUTHORIZED", "Your session has ended. Sign in again.");
  const since = request.headers.get("last-event-id") ?? request.nextUrl.searchParams.get("since");
  // The first page is read before the answer begins, so that an unknown source is a 404 and not a broken stream.
  const first = since ? await tailMessages(ctx, { id, cursor: decode(since) }) : await recentMessages(ctx, { id, limit: 100 });
  return messageStream({
    first,
    signal: request.signal,
    /** The member as of now: an ended session, a lost permission or a changed mask works at once. */
    renew: async () => {
      const actor = await findSession(ctx, claims.sid, claims.userId);
      const next: Ctx | null = actor ? createContext(actor, ctx.root) : null;
      return next && can(next, "debugger:read") ? next : null;
    },
    next: (member, cursor) => tailMessages(member, { id, cursor }),
  });
});

const decode = (text: string): string => Buffer.from(text, "base64url").toString("utf8");
