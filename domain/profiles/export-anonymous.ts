import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { mayUseMany, requireUse } from "@/domain/consent";
import { requireLabels } from "@/domain/labels";
import { csvLine } from "@/domain/kernel/csv";
import { type Ctx, withTx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { secretFor } from "@/domain/kernel/secrets";
import { coarse, keepCrowds, LEAST_K } from "./anonymise";
import { auditFilter, cellOf, headOf, refuseUnknown } from "./export-people";
import { listPeople } from "./list-people";
import { isPersonalTrait } from "./mask";
import { peopleFilterSchema, type PersonRow } from "./schemas";

/** People of one file: they are held in memory, since whether a row may leave is known once all were read. */
const MOST = 200_000;
const PAGE = 500;
const IDENTITIES: ReadonlySet<string> = new Set(["id", "name", "email", "phone", "userId"]);

const schema = z.strictObject({
  filter: peopleFilterSchema.default({}),
  columns: z.array(z.string().min(1).max(510)).min(1).max(60),
  /** Columns by which somebody could be recognised; absent: country, city and every trait. */
  quasi: z.array(z.string().min(1).max(510)).max(20).optional(),
  /** Fewest people with the same values in these. */
  k: z.coerce.number().int("Enter a whole number.").min(LEAST_K, `At least ${LEAST_K}.`).max(1_000, "At most 1,000."),
  purpose: z.string().min(1).max(60).optional(),
  bom: z.boolean().default(false),
});

/**
 * People as CSV without anybody being recognisable by it: no identifier and no trait that is personal, a pseudonym in
 * place of the id (HMAC under a key that changes with each month, so that files of different months cannot be joined),
 * dates as months, numbers to two digits, and only rows whose quasi-identifiers `k` people share.
 */
export async function exportAnonymous(ctx: Ctx, input: unknown): Promise<AsyncGenerator<string, void>> {
  requirePermission(ctx, "profiles:export");
  requirePermission(ctx, "profiles:read");
  const { filter, columns: asked, quasi, k, bom, purpose } = parseInput(schema, input);
  refuseUnknown(asked);
  const columns = asked.filter((column) => !IDENTITIES.has(column) && !(column.startsWith("trait:") && isPersonalTrait(column.slice(6))));
  const heads = columns.map(headOf);
  const by =
    quasi === undefined
      ? columns.filter((column) => /^(?:trait:|country$|city$)/.test(column))
      : columns.filter((column) => quasi.includes(column));
  const { purposeId } = await requireUse(ctx, { purpose, destination: "export" });
  const traits = columns.filter((column) => column.startsWith("trait:")).map((column) => column.slice(6));
  const computed = columns.filter((column) => column.startsWith("computed:")).map((column) => column.slice(9));
  await requireLabels(
    ctx,
    { purpose: purposeId, use: "export" },
    {
      name: null,
      json: computed.map((key) => ({ kind: "formula", expression: key })),
      fields: [...traits, ...columns.filter((column) => column === "country" || column === "city")].map((key) => ({
        kind: "trait",
        scope: "",
        key,
      })),
    },
    "This file",
  );
  const rows: { id: number; cells: ReturnType<typeof coarse>[] }[] = [];
  let withheld = 0;
  const query = { filter, sort: "added", order: "asc", limit: PAGE, traits, computed };
  for (let page = await listPeople(ctx, query); ;) {
    const answers = await mayUseMany(ctx, { profileIds: page.rows.map((row) => row.id), purpose: purposeId, destination: "export" });
    const allowed = page.rows.filter((row) => answers.get(row.id)?.allowed);
    withheld += page.rows.length - allowed.length;
    for (const row of allowed) rows.push({ id: row.id, cells: columns.map((column) => coarse(cellOf(column, row as PersonRow))) });
    if (rows.length > MOST)
      throw new DomainError("PRECONDITION_FAILED", `An anonymous file has at most ${MOST.toLocaleString("en")} people. Narrow the filter.`);
    if (page.next === null) break;
    page = await listPeople(ctx, { ...query, cursor: page.next });
  }
  const places = by.map((column) => columns.indexOf(column));
  const crowd = keepCrowds(
    rows.map(({ cells }) => places.map((at) => cells[at])),
    k,
  );
  const key = secretFor(`export-pseudonym:${ctx.clock.now().toISOString().slice(0, 7)}`);
  const lines = [
    (bom ? "\uFEFF" : "") + csvLine(["Pseudonym", ...heads]),
    ...crowd.kept
      .flatMap((at) => {
        const row = rows[at];
        if (!row) return [];
        return [{ pseudonym: createHmac("sha256", key).update(String(row.id)).digest("hex").slice(0, 24), cells: row.cells }];
      })
      // By pseudonym: the order of ids would tell who came first.
      .toSorted((a, b) => (a.pseudonym < b.pseudonym ? -1 : 1))
      .map(({ pseudonym, cells }) => csvLine([pseudonym, ...cells])),
  ];
  await withTx(ctx, (tx) =>
    recordAudit(tx, {
      action: "profiles.exported_anonymous",
      object: { type: "export", id: newId("exp") },
      detail: {
        filter: auditFilter(filter),
        columns,
        quasi: by,
        k,
        purpose: purposeId,
        count: crowd.kept.length,
        withheld,
        suppressed: crowd.suppressed,
        sha256: createHash("sha256").update(lines.join("")).digest("hex"),
      },
    }),
  );
  async function* stream(): AsyncGenerator<string, void> {
    for (let at = 0; at < lines.length; at += 1_000) yield lines.slice(at, at + 1_000).join("");
  }
  return stream();
}
