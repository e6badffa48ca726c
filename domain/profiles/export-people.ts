import { createHash } from "node:crypto";
import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import { mayUseMany, requireUse } from "@/domain/consent";
import { requireLabels } from "@/domain/labels";
import type { Json } from "@/domain/events/model";
import { type CsvValue, csvLine } from "@/domain/kernel/csv";
import { type Ctx, withTx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { newId } from "@/domain/kernel/ids";
import { parseInput } from "@/domain/kernel/parse";
import { listPeople } from "./list-people";
import { isPersonalTrait, maskText } from "./mask";
import { type PeopleColumn, PEOPLE_COLUMNS } from "./model";
import { type PeopleFilter, peopleFilterSchema, type PersonRow } from "./schemas";

export const exportSchema = z.strictObject({
  filter: peopleFilterSchema.default({}),
  /** Columns of the table by key; a trait is `trait:<key>`, a computed one `computed:<key>`. */
  columns: z.array(z.string().min(1).max(510)).min(1).max(60),
  /** What the file is for: people who may not be used for it are left out. Absent: what exports stand for by policy. */
  purpose: z.string().min(1).max(60).optional(),
  /** Byte order mark, for spreadsheets that guess the encoding. */
  bom: z.boolean().default(false),
});

const PAGE = 500;
/** Columns of the summary that are traits of the person. */
const LABELLED: ReadonlySet<string> = new Set(["name", "email", "phone", "country", "city"]);

const CELLS: Record<PeopleColumn, (row: PersonRow) => CsvValue> = {
  id: (row) => row.id,
  name: (row) => row.name,
  email: (row) => row.email,
  phone: (row) => row.phone,
  userId: (row) => row.userId,
  kind: (row) => (row.known ? "known" : "anonymous"),
  country: (row) => row.country,
  city: (row) => row.city,
  firstSeen: (row) => row.firstSeenAt,
  lastSeen: (row) => row.lastSeenAt,
  added: (row) => row.addedAt,
  events: (row) => row.eventCount,
  orders: (row) => row.orderCount,
  value: (row) => Number(row.revenue),
};

/** The filter as the audit log keeps it: no personal data. */
export const auditFilter = (filter: PeopleFilter) => ({
  ...filter,
  ...(filter.q === undefined ? {} : { q: "•••" }),
  ...(filter.traits === undefined
    ? {}
    : {
        traits: filter.traits.map((trait) => ({
          ...trait,
          ...(trait.value === undefined ? {} : { value: isPersonalTrait(trait.key) ? "•••" : maskText(trait.value) }),
        })),
      }),
});

const traitCell = (value: Json | undefined): CsvValue =>
  value === undefined || value === null || typeof value !== "object" ? value : JSON.stringify(value);

export function refuseUnknown(columns: readonly string[]): void {
  const unknown = columns.find((column) => !/^(trait|computed):/.test(column) && !Object.hasOwn(PEOPLE_COLUMNS, column));
  if (unknown !== undefined)
    throw new DomainError("VALIDATION", `There is no column "${unknown}".`, { fields: { columns: "unknown column" } });
}

/** A column's heading, and a person's value under it. */
export const headOf = (column: string): string =>
  /^(trait|computed):/.test(column) ? column.slice(column.indexOf(":") + 1) : (PEOPLE_COLUMNS[column as PeopleColumn] ?? column);
export function cellOf(column: string, row: PersonRow): CsvValue {
  if (column.startsWith("trait:")) return traitCell(row.traits[column.slice(6)]);
  if (column.startsWith("computed:")) return traitCell(row.computed[column.slice(9)]);
  return CELLS[column as PeopleColumn](row);
}

/**
 * The people a filter has, as CSV, in pieces that a response streams. Walks by profile id, so that events arriving
 * meanwhile move nobody out of or twice into the file. Two audit entries: one before the first byte (who, filter,
 * columns), one at the end or when the reader goes away (count, sha256 of the bytes, whether it was complete).
 * Only people whom the consent gate lets out for the purpose are in it. Masked like every read for actors without `personal_data:see`.
 */
export async function exportPeople(ctx: Ctx, input: unknown): Promise<AsyncGenerator<string, void>> {
  requirePermission(ctx, "profiles:export");
  requirePermission(ctx, "profiles:read");
  const { filter, columns, bom, purpose } = parseInput(exportSchema, input);
  const traits = columns.filter((column) => column.startsWith("trait:")).map((column) => column.slice(6));
  const computed = columns.filter((column) => column.startsWith("computed:")).map((column) => column.slice(9));
  refuseUnknown(columns);
  const { purposeId } = await requireUse(ctx, { purpose, destination: "export" });
  await requireLabels(
    ctx,
    { purpose: purposeId, use: "export" },
    {
      name: null,
      json: computed.map((key) => ({ kind: "formula", expression: key })),
      fields: [...traits, ...columns.filter((column) => LABELLED.has(column))].map((key) => ({ kind: "trait", scope: "", key })),
    },
    "This file",
  );
  // Also refuses a filter that this actor may not use, before anything is written.
  const query = { filter, sort: "added", order: "asc", limit: PAGE, traits, computed };
  const first = await listPeople(ctx, query);
  const id = newId("exp");
  const masked = !can(ctx, "personal_data:see");
  await withTx(ctx, (tx) =>
    recordAudit(tx, {
      action: "profiles.export_started",
      object: { type: "export", id },
      detail: { filter: auditFilter(filter), columns, masked, purpose: purposeId },
    }),
  );

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
      yield piece((bom ? "\uFEFF" : "") + csvLine(columns.map(headOf)));
      for (let page = first; ;) {
        // Asked again for each page, right before it leaves.
        const answers = await mayUseMany(ctx, { profileIds: page.rows.map((row) => row.id), purpose: purposeId, destination: "export" });
        const rows = page.rows.filter((row) => answers.get(row.id)?.allowed);
        count += rows.length;
        withheld += page.rows.length - rows.length;
        const text = rows.map((row) => csvLine(columns.map((column) => cellOf(column, row)))).join("");
        if (text !== "") yield piece(text);
        if (page.next === null) break;
        page = await listPeople(ctx, { ...query, cursor: page.next });
      }
      complete = true;
    } finally {
      await withTx(ctx, (tx) =>
        recordAudit(tx, {
          action: "profiles.exported",
          object: { type: "export", id },
          detail: {
            filter: auditFilter(filter),
            columns,
            masked,
            purpose: purposeId,
            count,
            withheld,
            complete,
            sha256: hash.digest("hex"),
          },
        }),
      );
    }
  }
  return lines();
}
