import { createHash } from "node:crypto";

/** Under which id the people of an SQL condition are kept in `list_members`: equal texts share one result. */
export const sqlListId = (sql: string): string => `sql_${createHash("sha256").update(sql.trim()).digest("hex").slice(0, 32)}`;
