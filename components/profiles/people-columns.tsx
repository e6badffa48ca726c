import Link from "next/link";
import type { DataColumn } from "@/components/data-table";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { PEOPLE_COLUMNS, type PeopleColumn } from "@/domain/profiles/model";
import type { PersonRow } from "@/domain/profiles/schemas";
import { countryName, formatAgo, formatDay, moneyTotal, formatNumber, formatTime, personName } from "./format";
import { valueText } from "./trait-value";

const none = <span className="text-muted-foreground">–</span>;
const text = (value: string | null) => (value === null ? none : <span title={value}>{value}</span>);

/** Column of the people table by key; `trait:<key>` shows that trait, `computed:<key>` that computed one. Undefined for a key that no longer exists. */
export function peopleColumn(
  key: string,
  now: number,
  computed: readonly { key: string; name: string }[],
): DataColumn<PersonRow> | undefined {
  if (key.startsWith("trait:")) {
    const trait = key.slice(6);
    return {
      key,
      header: trait,
      width: 160,
      cell: (row) => {
        const value = row.traits[trait];
        if (value === undefined || value === null) return none;
        const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
        return <span title={shown}>{shown}</span>;
      },
    };
  }
  if (key.startsWith("computed:")) {
    const trait = key.slice(9);
    return {
      key,
      header: computed.find((one) => one.key === trait)?.name ?? trait,
      width: 168,
      cell: (row) => {
        const value = row.computed[trait];
        if (value === undefined || value === null) return none;
        if (typeof value === "number") return <span className="tabular-nums">{formatNumber(Math.round(value * 100) / 100)}</span>;
        const shown = valueText(value);
        return <span title={shown}>{shown}</span>;
      },
    };
  }
  if (!Object.hasOwn(PEOPLE_COLUMNS, key)) return undefined;
  const column = key as PeopleColumn;
  return { key, header: PEOPLE_COLUMNS[column], ...COLUMNS[column](now) };
}

const time = (iso: string, now: number) => (
  <time dateTime={iso} title={formatTime(iso)}>
    {formatAgo(iso, now)}
  </time>
);

const COLUMNS: Record<PeopleColumn, (now: number) => Omit<DataColumn<PersonRow>, "key" | "header">> = {
  id: () => ({ width: 100, align: "end", cell: (row) => <span className="text-muted-foreground">{row.id}</span> }),
  name: () => ({
    width: 196,
    cell: (row) => (
      <span className="flex min-w-0 items-center gap-2.5">
        <Avatar size="sm" name={row.name ?? row.email ?? "?"} />
        <Link
          href={`/profiles/${row.id}`}
          prefetch={false}
          tabIndex={-1}
          className="truncate font-medium hover:underline hover:underline-offset-2"
        >
          {personName(row)}
        </Link>
      </span>
    ),
  }),
  email: () => ({ width: 208, cell: (row) => text(row.email) }),
  phone: () => ({ width: 150, cell: (row) => text(row.phone) }),
  userId: () => ({
    width: 160,
    cell: (row) =>
      row.userId === null ? (
        none
      ) : (
        <span className="font-mono text-xs" title={row.userId}>
          {row.userId}
        </span>
      ),
  }),
  kind: () => ({ width: 112, cell: (row) => (row.known ? <Badge variant="primary">Known</Badge> : <Badge>Anonymous</Badge>) }),
  country: () => ({ width: 128, cell: (row) => text(row.country === null ? null : countryName(row.country)) }),
  city: () => ({ width: 140, cell: (row) => text(row.city) }),
  firstSeen: () => ({
    width: 130,
    cell: (row) => (
      <time dateTime={row.firstSeenAt} title={formatTime(row.firstSeenAt)}>
        {formatDay(row.firstSeenAt)}
      </time>
    ),
  }),
  lastSeen: (now) => ({ width: 124, sort: "lastSeen", cell: (row) => time(row.lastSeenAt, now) }),
  added: (now) => ({ width: 140, sort: "added", cell: (row) => time(row.addedAt, now) }),
  events: () => ({ width: 96, align: "end", cell: (row) => formatNumber(row.eventCount) }),
  orders: () => ({ width: 80, align: "end", cell: (row) => formatNumber(row.orderCount) }),
  value: () => ({
    width: 120,
    align: "end",
    sort: "value",
    cell: (row) => {
      const { text, note } = moneyTotal(row.value);
      return row.value.amounts.length === 0 ? none : <span {...(note === null ? {} : { title: note })}>{text}</span>;
    },
  }),
};
