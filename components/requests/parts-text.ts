const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const times = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
/** "23 Nov 2026", UTC. */
export const day = (iso: string): string => dates.format(new Date(iso));
/** "23 Nov 2026, 18:30 UTC". */
export const moment = (iso: string): string => `${times.format(new Date(iso))} UTC`;

/** Names of identifier types as people write them. */
export const typeName = (type: string): string =>
  ({ email: "E-mail", phone: "Phone", user_id: "User id", anonymous_id: "Anonymous id" })[type] ?? type;

/** "events" to "Events". */
export const tableName = (table: string): string => table.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
