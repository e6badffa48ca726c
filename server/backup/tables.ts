import type postgres from "postgres";

export interface TableInfo {
  name: string;
  columns: string[];
}

/** Every table of ours (partitions are read through their parent), parents of foreign keys first. */
export async function listTables(sql: postgres.Sql): Promise<TableInfo[]> {
  const tables = await sql<TableInfo[]>`
    select c.relname as name,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`;
  const references = await sql<{ child: string; parent: string }[]>`
    select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
    where contype = 'f' and conparentid = 0 and conrelid <> confrelid`;
  const byName = new Map(tables.map((table) => [table.name, table]));
  const done = new Set<string>();
  const out: TableInfo[] = [];
  const visit = (table: TableInfo, path: readonly string[]): void => {
    if (done.has(table.name)) return;
    if (path.includes(table.name)) throw new Error(`Foreign keys go round in a circle: ${[...path, table.name].join(", ")}`);
    for (const { child, parent } of references) {
      const other = byName.get(parent.replaceAll('"', ""));
      if (child.replaceAll('"', "") === table.name && other) visit(other, [...path, table.name]);
    }
    done.add(table.name);
    out.push(table);
  };
  for (const table of tables) visit(table, []);
  return out;
}

const PROCESSED_UP_TO = `(select coalesce(max(i.id), 0) from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) <= (c.xid, c.inbox_id))`;

/**
 * Transaction ids mean nothing in another cluster. In a backup, inbox rows that were processed carry xid 0 and those
 * that were not carry 1, and the cursor stands at (0, the highest processed id): each row stays on its side of it.
 */
const EXPRESSIONS: Record<string, Record<string, string>> = {
  inbox: {
    xid: `(select case when (inbox.xid, inbox.id) <= (c.xid, c.inbox_id) then '0' else '1' end from processing_cursors c where c.name = 'main')::xid8`,
  },
  processing_cursors: { xid: "'0'::xid8", inbox_id: PROCESSED_UP_TO },
  suppressions: {
    after_xid: "'0'",
    after_inbox_id: `(select coalesce(max(i.id), 0) from inbox i where (i.xid, i.id) <= (suppressions.after_xid::xid8, suppressions.after_inbox_id))`,
  },
  identity_operations: {
    after_xid: "'0'",
    after_inbox_id: `(select coalesce(max(i.id), 0) from inbox i where (i.xid, i.id) <= (identity_operations.after_xid::xid8, identity_operations.after_inbox_id))`,
  },
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const columnList = (table: TableInfo): string => table.columns.map(quoted).join(", ");
export const tableName = (table: TableInfo): string => quoted(table.name);

/** The query whose rows go into the backup. */
export function selectOf(table: TableInfo): string {
  const own = EXPRESSIONS[table.name] ?? {};
  const columns = table.columns.map((column) => (own[column] ? `${own[column]} as ${quoted(column)}` : quoted(column)));
  return `select ${columns.join(", ")} from ${quoted(table.name)}`;
}

/** Rows of a query and a digest that does not depend on their order. */
export async function digestOf(sql: postgres.Sql, query: string): Promise<{ rows: number; digest: string }> {
  const [row] = await sql.unsafe<{ rows: string; digest: string }[]>(
    `select count(*)::text as rows, coalesce(sum(hashtextextended(row_to_text.line, 0)::numeric), 0)::text as digest
     from (select t::text as line from (${query}) t) row_to_text`,
  );
  return { rows: Number(row?.rows ?? 0), digest: row?.digest ?? "0" };
}

/** Settings under which values are written as text: the same in backup and restore. */
export const SESSION = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1;
  set bytea_output = 'hex'; set statement_timeout = 0; set lock_timeout = '30s'; set idle_in_transaction_session_timeout = 0;`;
