import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { enqueueJob } from "@/domain/kernel/jobs";
import { parseInput } from "@/domain/kernel/parse";
import { createSource } from "@/domain/sources";
import {
  DEMO_PEOPLE,
  DEMO_PEOPLE_MAX,
  DEMO_SEED,
  DEMO_SOURCE_KEYS,
  DEMO_SOURCES,
  type DemoSourceKey,
  type DemoState,
  type DemoStatus,
} from "./model";
import { DEMO_KEY, LOAD_JOB, readState, statusOf, writeState } from "./status";

const input = z.strictObject({
  people: z.number().int().min(1, "At least 1 person").max(DEMO_PEOPLE_MAX, `At most ${DEMO_PEOPLE_MAX} people`).default(DEMO_PEOPLE),
  seed: z.number().int().min(0).max(0xffffffff).default(DEMO_SEED),
  /** True: a worker does it. False: the caller goes on with `continueDemoLoad`. */
  background: z.boolean().default(true),
});

/**
 * Begins to load the demo data: makes the demo sources and leaves the rest to a job, which can be watched with
 * `readDemoStatus`. A load that was interrupted goes on where it stopped.
 */
export async function loadDemoData(ctx: Ctx, given: unknown = {}): Promise<DemoStatus> {
  requirePermission(ctx, "settings:write");
  const { people, seed, background } = parseInput(input, given);
  await withTx(ctx, async (tx) => {
    await tx.sql`select pg_advisory_xact_lock(hashtext('demo data'))`;
    const state = await readState(tx.sql, true);
    if (state?.phase === "removing") {
      throw new DomainError("CONFLICT", "The demo data are being removed at the moment. Load them again when that is done.");
    }
    if (state?.phase === "loaded") {
      throw new DomainError("CONFLICT", `The demo data are loaded (${state.people} people). Remove them first to load others.`);
    }
    if (!state) {
      const options = { people, seed, anchor: tx.clock.now().toISOString() };
      const begun: DemoState = {
        phase: "loading",
        options,
        sources: await makeSources(tx),
        household: 0,
        people: 0,
        messages: 0,
        startedAt: tx.clock.now().toISOString(),
        finishedAt: null,
      };
      await writeState(tx.sql, begun, tx.actor.id);
      await recordAudit(tx, { action: "demo.load_started", object: { type: "demo", id: "demo" }, detail: { people, seed } });
    }
    if (background) await enqueueJob(tx.sql, { kind: LOAD_JOB, key: DEMO_KEY });
  });
  return statusOf(ctx);
}

/** The demo's sources, each with a write key of its own; a name that is taken gets an addition. */
async function makeSources(tx: Ctx): Promise<Record<DemoSourceKey, string>> {
  const taken = new Set((await tx.sql<{ name: string }[]>`select name from sources`).map((row) => row.name));
  const ids = {} as Record<DemoSourceKey, string>;
  for (const key of DEMO_SOURCE_KEYS) {
    const { name, type, settings } = DEMO_SOURCES[key];
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name} (demo ${n})`;
    const source = await createSource(tx, { name: free, type, isDemo: true, ...(settings ? { settings } : {}) });
    ids[key] = source.id;
  }
  return ids;
}
