import type { Log } from "./log";

/** Tells the supervisor, where there is one. */
export function tell(message: { ready: true; port?: number } | { failed: string }): void {
  process.send?.(message);
}

/**
 * Calls `stop` once, on SIGTERM, SIGINT, or when the supervisor is gone (its channel closes), and ends the process.
 * A second signal ends it at once.
 */
export function onStop(log: Log, stop: (why: { orphaned: boolean }) => Promise<void>): void {
  let stopping = false;
  const begin = (why: string, orphaned: boolean): void => {
    if (stopping) {
      if (orphaned) return;
      process.exit(1);
    }
    stopping = true;
    log.info("stopping", { reason: why });
    stop({ orphaned }).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error("stop.failed", { error });
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => begin("SIGTERM", false));
  process.on("SIGINT", () => begin("SIGINT", false));
  process.on("disconnect", () => begin("supervisor ended", true));
}
