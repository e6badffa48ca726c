import { KIND_TARGETS, TARGET_LABELS, type ColumnMapping, type ImportKind, type Target } from "@/domain/imports/model";

/** Traits with a fixed name, as the Segment spec has them. */
const TRAITS: readonly (readonly [string, string])[] = [
  ["firstName", "First name"],
  ["lastName", "Last name"],
  ["name", "Full name"],
  ["birthday", "Birthday"],
  ["gender", "Gender"],
  ["age", "Age"],
  ["company.name", "Company"],
  ["title", "Job title"],
  ["language", "Language"],
  ["username", "Username"],
  ["website", "Website"],
  ["address.street", "Street"],
  ["address.city", "City"],
  ["address.state", "State or region"],
  ["address.postalCode", "Postal code"],
  ["address.country", "Country"],
  ["createdAt", "Customer since"],
];

export interface TargetOption {
  /** `user_id`, `trait:firstName`, `trait:` for one with a name of its own. */
  value: string;
  label: string;
}

export interface TargetGroup {
  label: string;
  options: TargetOption[];
}

const option = (target: Target): TargetOption => ({ value: target, label: TARGET_LABELS[target] });
const OWN: Partial<Record<Target, string>> = {
  trait: "Other trait…",
  property: "Property…",
  product_property: "Property of the product…",
  external_id: "Other identifier…",
  consent: "Consent, other purpose or category…",
};
const CONSENTS: readonly (readonly [string, string])[] = [
  ["email_marketing", "Consent: e-mail marketing"],
  ["sms_marketing", "Consent: SMS marketing"],
  ["advertising", "Consent: advertising"],
  ["analytics", "Consent: analytics"],
];

/** What a column of a file of this kind can become, in groups. */
export function targetGroups(kind: ImportKind): TargetGroup[] {
  const allowed = (targets: Target[]): TargetOption[] =>
    targets
      .filter((target) => KIND_TARGETS[kind].includes(target))
      .map((target) => (OWN[target] ? { value: `${target}:`, label: OWN[target] } : option(target)));
  const groups: TargetGroup[] = [
    { label: "Identifies the person", options: allowed(["user_id", "email", "phone", "anonymous_id", "external_id"]) },
    { label: "Order", options: allowed(["order_id", "order_total", "currency", "coupon"]) },
    {
      label: "Line of the order",
      options: allowed(["product_id", "product_name", "product_category", "quantity", "unit_price", "line_total", "product_property"]),
    },
    { label: kind === "people" ? "Time" : "Event", options: allowed(["event_name", "timestamp", "message_id", "property"]) },
    {
      label: "What the person agreed to",
      options:
        kind === "people"
          ? [...CONSENTS.map(([key, label]) => ({ value: `consent:${key}`, label })), { value: "consent:", label: OWN.consent ?? "" }]
          : [],
    },
    {
      label: "Trait of the person",
      options: [...TRAITS.map(([key, label]) => ({ value: `trait:${key}`, label })), { value: "trait:", label: "Other trait…" }],
    },
  ];
  return groups.filter((group) => group.options.length > 0);
}

/** The select's value for a column. */
export function optionOf(column: ColumnMapping): string {
  if (column.target === "trait" && TRAITS.some(([key]) => key === column.key)) return `trait:${column.key}`;
  if (column.target === "consent" && CONSENTS.some(([key]) => key === column.key)) return `consent:${column.key}`;
  return OWN[column.target] ? `${column.target}:` : column.target;
}

/** The column after another option was chosen; `fallback` names it where the option has no fixed name. */
export function withOption(column: ColumnMapping, value: string, fallback: string): ColumnMapping {
  const [target, key = ""] = value.split(":", 2) as [Target, string?];
  const { column: name, dateOrder, decimal, type } = column;
  const next: ColumnMapping = { column: name, target };
  if (OWN[target]) {
    next.key = key === "" ? fallback : key;
    if (type && target !== "external_id" && target !== "consent") next.type = type;
    if (key === "birthday" || key === "createdAt") next.type = "date";
  }
  if (dateOrder) next.dateOrder = dateOrder;
  if (decimal) next.decimal = decimal;
  return next;
}

/** Whether the name is typed in by hand. */
export const hasOwnName = (column: ColumnMapping): boolean => optionOf(column).endsWith(":");
