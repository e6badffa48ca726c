import type { Json } from "@/domain/events/model";

/** Lineage of one trait value: where it came from and when it was set (event time). */
export interface TraitMeta {
  /** ISO time of the event that set it. */
  at: string;
  sourceId: string;
  messageId: string;
  /** Set from the context of another call because nothing better was known; any identify call overrules it. */
  fill?: true;
}

export type Traits = Record<string, Json>;
export type TraitsMeta = Record<string, TraitMeta>;

/** Trait keys that hold personal data by name; masked for whoever lacks `personal_data:see`. */
export const PERSONAL_TRAITS: readonly string[] = [
  "email",
  "phone",
  "name",
  "firstName",
  "first_name",
  "lastName",
  "last_name",
  "address",
  "street",
  "birthday",
  "birthdate",
  "username",
  "avatar",
  "title",
  "zip",
  "postalCode",
  "postal_code",
  "ip",
  "gender",
  "age",
  "website",
];

/** Columns of the people table and their headings; a trait's column is `trait:<key>`. */
export const PEOPLE_COLUMNS = {
  id: "Profile id",
  name: "Name",
  email: "E-mail",
  phone: "Phone",
  userId: "User id",
  kind: "Kind",
  country: "Country",
  city: "City",
  firstSeen: "First seen",
  lastSeen: "Last seen",
  added: "Added",
  events: "Events",
  orders: "Orders",
  value: "Value so far",
} as const;
export type PeopleColumn = keyof typeof PEOPLE_COLUMNS;

/** Types of identifiers as people call them; a type of the customer's own is its own name. */
const TYPE_LABELS: Record<string, string> = {
  user_id: "User id",
  email: "E-mail",
  phone: "Phone",
  anonymous_id: "Anonymous id",
  cross_domain_id: "Cross-domain id",
  ga_client_id: "Google Analytics client id",
  "android.id": "Android id",
  "android.idfa": "Android advertising id",
  "android.push_token": "Android push token",
  "ios.id": "iOS id",
  "ios.idfa": "iOS advertising id",
  "ios.push_token": "iOS push token",
  order_id: "Order",
};
export const identifierLabel = (type: string): string => TYPE_LABELS[type] ?? type;

/**
 * Facts of a person that messages changed, each with the inbox id of the newest message that changed it. Who keeps
 * something about people up to date looks only where it depends on one of these.
 */
export interface ChangedFacts {
  /** By name of event, calls as `$identify` too. */
  events?: Record<string, number>;
  /** By top-level key of the reconciled traits. */
  traits?: Record<string, number>;
  identifiers?: number;
  devices?: number;
  accounts?: number;
}

/** Notified when changes of people were committed (`profile_changes`). */
export const CHANGES_CHANNEL = "profile_changes";
