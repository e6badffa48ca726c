"use client";

import { Inbox, Plus, Search } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import {
  REGIME_LABELS,
  REQUEST_KIND_LABELS,
  REQUEST_KINDS,
  REQUEST_STATUS_LABELS,
  REQUEST_STATUSES,
  type RequestSummary,
} from "@/domain/governance/model";
import { Deadline, RequestStatusBadge } from "./parts";
import { day, moment, typeName } from "./parts-text";

export const LIST_STATUSES = ["all_open", ...REQUEST_STATUSES] as const;

export interface RequestsListProps {
  rows: RequestSummary[];
  total: number;
  counts: { open: number; late: number; failed: number };
  mayWrite: boolean;
  asOf: string;
}

const params = {
  status: parseAsStringLiteral(LIST_STATUSES),
  kind: parseAsStringLiteral(REQUEST_KINDS),
  id: parseAsString.withDefault(""),
};

/** Requests with their clocks. Filters stand in the address; the server answers. */
export function RequestsList({ rows, total, counts, mayWrite, asOf }: RequestsListProps) {
  const [filters, setFilters] = useQueryStates(params, { shallow: false, clearOnDefault: true });
  const [identifier, setIdentifier] = useState(filters.id);
  const router = useRouter();
  const filtered = filters.status !== null || filters.kind !== null || filters.id !== "";
  if (rows.length === 0 && !filtered)
    return (
      <Empty
        icon={Inbox}
        title="No request yet"
        description="When a person asks what you hold about them, or to be erased, enter it here. The deadline of the law starts, their identity is verified, and at the end there is proof."
        actions={
          mayWrite ? (
            <Button asChild>
              <Link href="/requests/new">
                <Plus aria-hidden /> Enter a request
              </Link>
            </Button>
          ) : null
        }
      />
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <form
        role="search"
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void setFilters({ id: identifier.trim() });
        }}
      >
        <span className="relative min-w-56 flex-1 sm:max-w-xs">
          <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted-foreground" />
          <Input
            type="search"
            aria-label="Find by an identifier of the person"
            placeholder="E-mail or user id, also of somebody erased"
            className="pl-8"
            value={identifier}
            onChange={(event) => setIdentifier(event.target.value)}
          />
        </span>
        <NativeSelect
          aria-label="Status"
          className="w-auto"
          value={filters.status ?? ""}
          onChange={(event) => void setFilters({ status: LIST_STATUSES.find((one) => one === event.target.value) ?? null })}
        >
          <option value="">Any status</option>
          <option value="all_open">All open</option>
          {REQUEST_STATUSES.map((status) => (
            <option key={status} value={status}>
              {REQUEST_STATUS_LABELS[status]}
            </option>
          ))}
        </NativeSelect>
        <NativeSelect
          aria-label="Kind"
          className="w-auto"
          value={filters.kind ?? ""}
          onChange={(event) => void setFilters({ kind: REQUEST_KINDS.find((one) => one === event.target.value) ?? null })}
        >
          <option value="">Any kind</option>
          {REQUEST_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {REQUEST_KIND_LABELS[kind]}
            </option>
          ))}
        </NativeSelect>
        <Button type="submit" variant="outline">
          Find
        </Button>
      </form>
      {rows.length === 0 ? (
        <Empty
          icon={Search}
          title="No request matches"
          description={filters.id === "" ? undefined : "An identifier has to be whole: it is compared by its hash."}
          actions={
            <Button
              variant="outline"
              onClick={() => {
                setIdentifier("");
                void setFilters(null);
                router.refresh();
              }}
            >
              Show all
            </Button>
          }
        />
      ) : (
        <Table aria-label="Requests">
          <TableCaption className="sr-only">Requests of data subjects; open ones first, by deadline</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>Request</TableHead>
              <TableHead>Person</TableHead>
              <TableHead>Status</TableHead>
              <TableHead>Deadline</TableHead>
              <TableHead>Law</TableHead>
              <TableHead>Received</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {rows.map((row) => (
              <TableRow key={row.id}>
                <TableCell>
                  <Link href={`/requests/${row.id}`} className="font-medium hover:underline">
                    {REQUEST_KIND_LABELS[row.kind]}
                  </Link>
                  <span className="block font-mono text-xs text-muted-foreground">{row.id}</span>
                </TableCell>
                <TableCell className="max-w-72">
                  {row.subject === null ? (
                    <span className="text-muted-foreground">Erased</span>
                  ) : (
                    <span className="block truncate" title={row.subject.map(({ type, value }) => `${typeName(type)}: ${value}`).join(", ")}>
                      <bdi>{row.subject[0]?.value}</bdi>
                      {row.subject.length > 1 ? <span className="text-muted-foreground"> and {row.subject.length - 1} more</span> : null}
                    </span>
                  )}
                </TableCell>
                <TableCell>
                  <RequestStatusBadge status={row.status} />
                </TableCell>
                <TableCell className="whitespace-nowrap">
                  <span className="mr-2 tabular-nums">{row.completedAt ? `answered ${day(row.completedAt)}` : day(row.dueAt)}</span>
                  <Deadline request={row} />
                </TableCell>
                <TableCell>{REGIME_LABELS[row.regime]}</TableCell>
                <TableCell className="whitespace-nowrap tabular-nums">{day(row.receivedAt)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      <p role="status" className="text-xs text-muted-foreground">
        {total} {total === 1 ? "request" : "requests"}
        {rows.length < total ? `, the first ${rows.length} shown` : ""}. Open: {counts.open}, overdue: {counts.late}, stopped:{" "}
        {counts.failed}. As of {moment(asOf)}.
      </p>
    </div>
  );
}
