import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { newId, notFound, parseInput, withTx, type Ctx } from "@/domain/kernel";
import { storeRequest } from "./create-request";
import { approveRequest } from "./decide-request";
import type { RequestKind, RequestStatus } from "./model";
import { requestSettings } from "./settings";

/** Regulation types of Segment's API. The INTERNAL ones are the same here as long as a deletion has nowhere else to go. */
export const REGULATION_TYPES = [
  "SUPPRESS_WITH_DELETE",
  "SUPPRESS_WITH_DELETE_INTERNAL",
  "DELETE_ONLY",
  "DELETE_INTERNAL",
  "SUPPRESS_ONLY",
  "UNSUPPRESS",
] as const;
type RegulationType = (typeof REGULATION_TYPES)[number];

const MEANS: Record<RegulationType, { kind: RequestKind; suppress?: boolean }> = {
  SUPPRESS_WITH_DELETE: { kind: "erasure", suppress: true },
  SUPPRESS_WITH_DELETE_INTERNAL: { kind: "erasure", suppress: true },
  DELETE_ONLY: { kind: "erasure", suppress: false },
  DELETE_INTERNAL: { kind: "erasure", suppress: false },
  SUPPRESS_ONLY: { kind: "suppression" },
  UNSUPPRESS: { kind: "unsuppression" },
};

const schema = z.object({
  regulationType: z.enum(REGULATION_TYPES),
  /** USER_ID as Segment has it, or any identifier type of this install (EMAIL, ANONYMOUS_ID, ios.idfa ...). */
  subjectType: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9_.-]{1,64}$/)
    .default("user_id"),
  subjectIds: z.array(z.string().min(1).max(500)).min(1).max(5_000, "At most 5,000 subjects a call."),
});

export interface Regulation {
  regulateId: string;
  overallStatus: "INITIALIZED" | "RUNNING" | "PARTIAL_SUCCESS" | "FAILED" | "FINISHED";
  subjects: number;
  finished: number;
  createdAt: string;
}

/** Suppresses, deletes or lets in again up to 5,000 subjects by one kind of identifier. */
export async function createRegulation(ctx: Ctx, input: unknown): Promise<{ regulateId: string }> {
  requirePermission(ctx, "people:erase");
  requirePermission(ctx, "requests:write");
  const { regulationType, subjectType, subjectIds } = parseInput(schema, input);
  const means = MEANS[regulationType];
  const batchId = newId("reg");
  const wait = means.kind === "erasure" && (await requestSettings(ctx.sql)).twoPersonErasure;
  // All or none: a subject that is refused leaves nothing of the call behind.
  await withTx(ctx, async (tx) => {
    for (const value of new Set(subjectIds)) {
      const request = await storeRequest(
        tx,
        {
          kind: means.kind,
          regime: "other",
          identifiers: [{ type: subjectType, value }],
          ...(means.suppress === undefined ? {} : { suppress: means.suppress }),
        },
        { channel: "regulation", verifiedBy: "api", batchId },
      );
      if (!wait) await approveRequest(tx, { id: request.id });
    }
  });
  return { regulateId: batchId };
}

/** How far a regulation is. A failed subject is never hidden behind finished ones. */
export async function getRegulation(ctx: Ctx, id: string): Promise<Regulation> {
  requirePermission(ctx, "requests:write");
  const rows = await ctx.sql<{ status: RequestStatus; n: number; first: Date }[]>`
    select status, count(*)::int as n, min(received_at) as first from dsr_requests where batch_id = ${id} group by status`;
  if (rows.length === 0) throw notFound("This regulation");
  const count = (...wanted: RequestStatus[]): number =>
    rows.filter(({ status }) => wanted.includes(status)).reduce((sum, { n }) => sum + n, 0);
  const subjects = rows.reduce((sum, { n }) => sum + n, 0);
  const finished = count("completed");
  const failed = count("failed", "rejected", "cancelled");
  const overallStatus =
    finished === subjects
      ? "FINISHED"
      : failed === subjects
        ? "FAILED"
        : count("unverified", "open") === subjects
          ? "INITIALIZED"
          : count("running", "unverified", "open") > 0
            ? "RUNNING"
            : "PARTIAL_SUCCESS";
  const createdAt = rows.reduce((first, row) => (row.first < first ? row.first : first), rows[0]?.first ?? new Date(0));
  return { regulateId: id, overallStatus, subjects, finished, createdAt: createdAt.toISOString() };
}
