import { z } from "zod";
import {
  DATE_ORDERS,
  DECIMALS,
  DELIMITERS,
  ENCODINGS,
  IMPORT_KINDS,
  IMPORT_LIMITS,
  isTimeZone,
  KEYED_TARGETS,
  KIND_TARGETS,
  SINGLE_TARGETS,
  TARGETS,
  TARGET_LABELS,
  VALUE_TYPES,
  type ImportMapping,
  type Target,
} from "./model";

const PATH = /^[^.]+(?:\.[^.]+){0,4}$/;
const FORBIDDEN = /(?:^|\.)(?:__proto__|constructor|prototype)(?:\.|$)/i;

export const importIdSchema = z.strictObject({ id: z.string().regex(/^imp_[0-9a-z]{12}$/, "Not an import id") });

const keySchema = z
  .string()
  .trim()
  .min(1, "Give the trait or property a name")
  .max(100, "At most 100 characters")
  .regex(PATH, "Dots nest (address.city): no dot at either end, no two in a row, at most five levels")
  .refine((key) => !FORBIDDEN.test(key), "This name is reserved");

export const columnMappingSchema = z.strictObject({
  column: z.string().min(1).max(1000),
  target: z.enum(TARGETS),
  key: keySchema.optional(),
  type: z.enum(VALUE_TYPES).optional(),
  dateOrder: z.enum(DATE_ORDERS).optional(),
  decimal: z.enum(DECIMALS).optional(),
});

const one = (target: Target): string => `"${TARGET_LABELS[target]}"`;

/** The mapping as it is stored, and as `import csv --mapping FILE` takes it. */
export const importMappingSchema = z
  .strictObject({
    kind: z.enum(IMPORT_KINDS),
    columns: z.array(columnMappingSchema).min(1).max(IMPORT_LIMITS.columns),
    eventName: z.string().trim().min(1).max(200).nullable().default(null),
    timeZone: z.string().refine(isTimeZone, "Not a known time zone, such as Europe/Berlin").default("UTC"),
    currency: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[A-Z]{3}$/, "Three letters, such as EUR")
      .nullable()
      .default(null),
    defaultCountry: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[A-Z]{2}$/, "Two letters, such as DE")
      .nullable()
      .default(null),
  })
  .superRefine((mapping, context) => {
    const problem = (path: (string | number)[], message: string): void => context.addIssue({ code: "custom", path, message });
    const used = new Map<string, number>();
    const has = (...targets: Target[]): boolean => mapping.columns.some((column) => targets.includes(column.target));
    mapping.columns.forEach((column, index) => {
      if (!KIND_TARGETS[mapping.kind].includes(column.target)) {
        problem(["columns", index, "target"], `${one(column.target)} has no meaning for ${mapping.kind}`);
      }
      if (KEYED_TARGETS.includes(column.target)) {
        if (column.key === undefined) problem(["columns", index, "key"], `"${column.column}" needs a name`);
        if (column.target === "external_id" && column.key !== undefined && !/^[a-z][a-z0-9_.]{0,49}$/.test(column.key)) {
          problem(["columns", index, "key"], "An identifier type is lower case, such as loyalty_id");
        }
        const path = `${column.target}:${column.key}`;
        const clash = [...used.keys()].find((other) => other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`));
        if (clash !== undefined && column.target !== "ignore")
          problem(["columns", index, "key"], `"${column.key}" is used by another column already`);
        used.set(path, index);
      } else if (SINGLE_TARGETS.includes(column.target)) {
        if (used.has(column.target)) problem(["columns", index, "target"], `${one(column.target)} is used by another column already`);
        used.set(column.target, index);
      }
    });
    const columns = mapping.columns.map((column) => column.column);
    const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
    if (repeated !== undefined) problem(["columns"], `"${repeated}" is mapped twice`);
    if (mapping.kind !== "transactions" && !has("user_id", "email", "phone", "anonymous_id", "external_id")) {
      problem(
        ["columns"],
        "Choose at least one column that identifies the person: user ID, e-mail, phone, anonymous ID or another identifier",
      );
    }
    if (mapping.kind === "events" && !has("event_name") && mapping.eventName === null) {
      problem(["eventName"], "Choose the column with the event's name, or give one name for all rows");
    }
    if (mapping.kind !== "people" && !has("timestamp")) {
      problem(["columns"], `Choose the column with the ${one("timestamp").replaceAll('"', "").toLowerCase()} at which it happened`);
    }
    if (mapping.kind === "transactions") {
      if (!has("order_id")) problem(["columns"], "Choose the column with the order number");
      if (!has("unit_price", "line_total", "order_total"))
        problem(["columns"], "Choose a column with an amount: unit price, line total or order total");
    }
  }) satisfies z.ZodType<ImportMapping, unknown>;

export const formatChoiceSchema = z.strictObject({
  id: importIdSchema.shape.id,
  encoding: z.enum(ENCODINGS).optional(),
  delimiter: z.enum(DELIMITERS).optional(),
  kind: z.enum(IMPORT_KINDS).optional(),
});

export const createImportSchema = z.strictObject({
  sourceId: z.string().regex(/^src_[0-9a-z]+$/, "Choose a source"),
  fileName: z.string().trim().min(1, "The file has no name").max(255),
});

export const setMappingSchema = z.strictObject({ id: importIdSchema.shape.id, mapping: importMappingSchema });
