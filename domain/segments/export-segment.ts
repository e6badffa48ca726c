import { createHash } from "node:crypto";
import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { mayUseMany, requireUse } from "@/domain/consent";
import { requireLabels, SEGMENT_FILE } from "@/domain/labels";
import { csvLine } from "@/domain/kernel/csv";
import { withTx, type Ctx } from "@/domain/kernel/context";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { findSegment, segmentMembersPage } from "./reads";
import { idSchema } from "./verbs-schema";

/** `purpose`: what the file is for. Absent: what files of members stand for by policy. */
const exportSchema = idSchema.extend({ purpose: z.string().min(1).max(60).optional() });
const PAGE = 1_000;
/** The use that the consent gate is asked about. */
const USE = "segment_export";
const COLUMNS = ["id", "name", "email", "kind", "country", "city", "last_seen_at", "entered_at"];

/**
 * The members of a segment as CSV, in pieces that a response streams; cells are inert in spreadsheets. Masked like every
 * read for actors without `personal_data:see`. The consent gate is asked for each page right before it goes out; whom it
 * refuses is left out and counted. Two audit entries: before the first byte, and at the end or when the reader goes away
 * (count, withheld, sha256 of the bytes, whether it was complete).
 */
export async function exportSegment(ctx: Ctx, input: unknown): Promise<AsyncGenerator<string, void>> {
  requirePermission(ctx, "profiles:export");
  requirePermission(ctx, "segments:read");
  const { id: wanted, purpose } = parseInput(exportSchema, input);
  const segment = await findSegment(ctx, wanted);
  const { purposeId } = await requireUse(ctx, { purpose, destination: USE });
  const fields = SEGMENT_FILE.map((key) => ({ kind: "trait" as const, scope: "", key }));
  await requireLabels(ctx, { purpose: purposeId, use: USE }, { name: null, json: segment.rule, fields }, `The segment "${segment.name}"`);
  const first = await segmentMembersPage(ctx, { id: segment.id, limit: PAGE });
  const id = newId("exp");
  const detail = { segmentId: segment.id, masked: !can(ctx, "personal_data:see"), purpose: purposeId };
  await withTx(ctx, (tx) => recordAudit(tx, { action: "segment.export_started", object: { type: "export", id }, detail }));

  async function* lines(): AsyncGenerator<string, void> {
    const hash = createHash("sha256");
    let count = 0;
    let withheld = 0;
    let complete = false;
    const piece = (text: string): string => {
      hash.update(text);
      return text;
    };
    try {
      yield piece(csvLine(COLUMNS));
      for (let page = first; ;) {
        const answers = await mayUseMany(ctx, {
          destination: USE,
          purpose: purposeId,
          profileIds: page.rows.map(({ profileId }) => profileId),
        });
        const rows = page.rows.filter(({ profileId }) => answers.get(profileId)?.allowed === true);
        count += rows.length;
        withheld += page.rows.length - rows.length;
        const text = rows
          .map((row) =>
            csvLine([
              row.profileId,
              row.name,
              row.email,
              row.known ? "known" : "anonymous",
              row.country,
              row.city,
              row.lastSeenAt,
              row.enteredAt,
            ]),
          )
          .join("");
        if (text !== "") yield piece(text);
        if (page.next === null) break;
        page = await segmentMembersPage(ctx, { id: segment.id, limit: PAGE, cursor: page.next });
      }
      complete = true;
    } finally {
      await withTx(ctx, (tx) =>
        recordAudit(tx, {
          action: "segment.exported",
          object: { type: "export", id },
          detail: { ...detail, count, withheld, complete, sha256: hash.digest("hex") },
        }),
      );
    }
  }
  return lines();
}
