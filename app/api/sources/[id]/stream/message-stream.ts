import { log } from "@/app/_server/log";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import type { DebuggerPage } from "@/domain/sources";

const POLL_MS = 400;
const MEMBER_MS = 3_000;
const BEAT_MS = 15_000;
/** Browsers open six connections to a host over HTTP/1.1; a process serves a bounded number of streams. */
const MOST_STREAMS = 200;

let open = 0;

export interface MessageStreamOptions {
  first: DebuggerPage;
  signal: AbortSignal;
  /** The member's context as of now, or null when they may no longer watch. */
  renew(): Promise<Ctx | null>;
  next(member: Ctx, cursor: string): Promise<DebuggerPage>;
  pollMs?: number;
  memberMs?: number;
  beatMs?: number;
}

/**
 * A `text/event-stream` of pages: event `messages` with the cursor as its id, a comment as heartbeat, and event
 * `ended` with a reason when the member may no longer watch. One loop per stream; it ends with the connection.
 */
export function messageStream(options: MessageStreamOptions): Response {
  if (open >= MOST_STREAMS) {
    throw new DomainError("RATE_LIMITED", "Too many live views are open on this server. Close some of them and try again.");
  }
  const { first, signal, pollMs = POLL_MS, memberMs = MEMBER_MS, beatMs = BEAT_MS } = options;
  const encoder = new TextEncoder();
  let done = false;
  let wake = (): void => {};
  const stop = (): void => {
    done = true;
    wake();
  };
  signal.addEventListener("abort", stop, { once: true });
  open++;

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): void => {
        if (!done) controller.enqueue(encoder.encode(text));
      };
      const send = (page: DebuggerPage): void =>
        write(
          `id: ${Buffer.from(page.cursor).toString("base64url")}\nevent: messages\ndata: ${JSON.stringify({ items: page.items, left: page.left })}\n\n`,
        );
      const run = async (): Promise<void> => {
        let cursor = first.cursor;
        let member = await options.renew();
        let checked = Date.now();
        let beat = Date.now();
        write("retry: 1000\n\n");
        send(first);
        while (!done) {
          await new Promise<void>((next) => {
            const timer = setTimeout(next, pollMs);
            wake = () => {
              clearTimeout(timer);
              next();
            };
          });
          if (done) break;
          if (Date.now() - checked >= memberMs) {
            member = await options.renew();
            checked = Date.now();
          }
          if (!member) {
            write(
              `event: ended\ndata: ${JSON.stringify({ message: "Your session has ended or you may no longer watch. Sign in again." })}\n\n`,
            );
            break;
          }
          // A reader that does not keep up waits; the cursor keeps its place.
          if ((controller.desiredSize ?? 1) < -64) continue;
          const page = await options.next(member, cursor);
          cursor = page.cursor;
          if (page.items.length > 0 || page.left > 0) {
            send(page);
            beat = Date.now();
          } else if (Date.now() - beat >= beatMs) {
            write(": beat\n\n");
            beat = Date.now();
          }
        }
      };
      void run()
        .catch((error: unknown) => {
          // The browser comes back by itself and resumes at its last event.
          log.error("stream.failed", { error });
        })
        .finally(() => {
          open--;
          signal.removeEventListener("abort", stop);
          try {
            controller.close();
          } catch {
            // Closed by the reader already.
          }
        });
    },
    cancel: stop,
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // no-transform: compression would hold events back.
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
