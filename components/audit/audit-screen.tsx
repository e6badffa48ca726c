"use client";

import { Download, Search, ShieldAlert, ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsInteger, parseAsString, useQueryStates } from "nuqs";
import { useState } from "react";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { AuditPage, AuditRow, AuditState, AuditVerification } from "@/domain/audit/model";
import type { Result } from "@/domain/kernel/model";

const params = {
  q: parseAsString.withDefault(""),
  action: parseAsString.withDefault(""),
  actor: parseAsString.withDefault(""),
  before: parseAsInteger,
};

const count = new Intl.NumberFormat("en-GB");
const times = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

export interface AuditScreenProps {
  page: AuditPage;
  state: AuditState;
  verify: (input: Record<string, never>) => Promise<Result<AuditVerification>>;
}

/** The audit log: up to where it is verified, and every entry with what it changed. */
export function AuditScreen({ page, state, verify }: AuditScreenProps) {
  const [filters, setFilters] = useQueryStates(params, { shallow: false, clearOnDefault: true });
  const [q, setQ] = useState(filters.q);
  const [open, setOpen] = useState<AuditRow | null>(null);
  const query = new URLSearchParams(
    Object.entries({ q: filters.q, action: filters.action, actor: filters.actor }).filter(([, value]) => value !== ""),
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Chain state={state} verify={verify} />
      <form
        role="search"
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void setFilters({ q: q.trim(), before: null });
        }}
      >
        <span className="relative min-w-56 flex-1 sm:max-w-xs">
          <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted-foreground" />
          <Input
            type="search"
            aria-label="Search the audit log"
            placeholder="Object, id, value"
            className="pl-8"
            value={q}
            onChange={(event) => setQ(event.target.value)}
          />
        </span>
        <NativeSelect
          aria-label="Action"
          className="w-auto max-w-56"
          value={filters.action}
          onChange={(event) => void setFilters({ action: event.target.value, before: null })}
        >
          <option value="">Any action</option>
          {[...new Set(state.actions.map((one) => one.split(".", 1)[0] ?? one))].map((area) => (
            <optgroup key={area} label={area}>
              <option value={area}>{area}: all</option>
              {state.actions
                .filter((one) => one.startsWith(`${area}.`))
                .map((one) => (
                  <option key={one} value={one}>
                    {one}
                  </option>
                ))}
            </optgroup>
          ))}
        </NativeSelect>
        <NativeSelect
          aria-label="Who"
          className="w-auto max-w-56"
          value={filters.actor}
          onChange={(event) => void setFilters({ actor: event.target.value, before: null })}
        >
          <option value="">Anybody</option>
          {state.actors.map((actor) => (
            <option key={actor.id} value={actor.id}>
              {actor.name}
            </option>
          ))}
        </NativeSelect>
        <Button type="submit" variant="outline">
          Search
        </Button>
        <Button asChild variant="outline">
          <a href={`/api/audit/export?${query.toString()}`} download>
            <Download aria-hidden /> Export CSV
          </a>
        </Button>
      </form>
      {page.rows.length === 0 ? (
        <Empty
          icon={Search}
          title="No entry matches"
          actions={
            <Button
              variant="outline"
              onClick={() => {
                setQ("");
                void setFilters(null);
              }}
            >
              Show all
            </Button>
          }
        />
      ) : (
        <Table aria-label="Audit log">
          <TableCaption className="sr-only">Entries of the audit log, newest first</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead className="text-right">Entry</TableHead>
              <TableHead>When</TableHead>
              <TableHead>Who</TableHead>
              <TableHead>Action</TableHead>
              <TableHead>Object</TableHead>
              <TableHead>Content</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {page.rows.map((row) => (
              <TableRow key={row.seq}>
                <TableCell className="text-right tabular-nums">{count.format(row.seq)}</TableCell>
                <TableCell className="whitespace-nowrap">
                  <Time iso={row.at} />
                </TableCell>
                <TableCell className="max-w-48 truncate">{row.actor}</TableCell>
                <TableCell className="whitespace-nowrap">
                  <Button variant="link" aria-label={`Open entry ${row.seq}, ${row.action}`} onClick={() => setOpen(row)}>
                    {row.action}
                  </Button>
                </TableCell>
                <TableCell className="max-w-56 truncate font-mono text-xs" title={`${row.objectType} ${row.objectId}`}>
                  {row.objectType} {row.objectId}
                </TableCell>
                <TableCell className="max-w-72 truncate text-xs text-muted-foreground">{short(row)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      <div className="flex gap-2">
        {filters.before !== null ? (
          <Button variant="outline" onClick={() => void setFilters({ before: null })}>
            Newest
          </Button>
        ) : null}
        {page.next !== null ? (
          <Button variant="outline" onClick={() => void setFilters({ before: page.next })}>
            Older entries
          </Button>
        ) : null}
      </div>
      <Sheet open={open !== null} onOpenChange={(next) => !next && setOpen(null)}>
        <SheetContent>{open ? <Entry row={open} /> : null}</SheetContent>
      </Sheet>
    </div>
  );
}

function short(row: AuditRow): string {
  const value = row.detail ?? row.after ?? row.before;
  return value === null ? "" : JSON.stringify(value);
}

function Chain({ state, verify }: Pick<AuditScreenProps, "state" | "verify">) {
  const router = useRouter();
  const { run, pending } = useAction(verify, {
    success: ({ problem, entries }) => (problem === null ? `Verified: ${count.format(entries)} entries, whole` : `Not whole: ${problem}`),
    onSuccess: () => router.refresh(),
  });
  const { verification, anchors } = state;
  const bad = verification?.problem ?? null;
  const Icon = bad === null ? ShieldCheck : ShieldAlert;
  return (
    <Card>
      <CardContent className="flex flex-wrap items-center justify-between gap-3 pt-4">
        <div className="flex min-w-0 items-start gap-3">
          <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${bad === null ? "text-success-text" : "text-destructive-text"}`} />
          <div className="grid gap-0.5 text-sm">
            <p className="font-medium" role="status">
              {bad !== null
                ? `The log is not as it was written. ${bad}`
                : verification
                  ? `Verified up to entry ${count.format(verification.entries)} of ${count.format(state.entries)}`
                  : `${count.format(state.entries)} entries, not verified yet`}
            </p>
            <p className="text-xs text-muted-foreground">
              {verification ? `Recomputed ${times.format(new Date(verification.at))} UTC in ${count.format(verification.ms)} ms. ` : ""}
              Each entry carries a keyed hash of itself and the one before it.{" "}
              {anchors[0]
                ? `Newest anchor: entry ${count.format(anchors[0].seq)}, ${times.format(new Date(anchors[0].at))} UTC, also in a file outside the database.`
                : "The first anchor is written within the hour."}
            </p>
          </div>
        </div>
        <Button variant="outline" pending={pending} onClick={() => void run({})}>
          Verify now
        </Button>
      </CardContent>
    </Card>
  );
}

function Entry({ row }: { row: AuditRow }) {
  const parts: [string, unknown][] = [
    ["Before", row.before],
    ["After", row.after],
    ["Detail", row.detail],
  ];
  return (
    <>
      <SheetHeader>
        <SheetTitle>{row.action}</SheetTitle>
        <SheetDescription>
          Entry {count.format(row.seq)}, {times.format(new Date(row.at))} UTC, by {row.actor}
        </SheetDescription>
      </SheetHeader>
      <div className="grid content-start gap-4 overflow-y-auto p-4 text-sm">
        <p className="font-mono text-xs break-all">
          {row.objectType} {row.objectId}
        </p>
        {parts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <section key={name} aria-label={name} className="grid gap-1">
              <h3 className="text-xs font-medium text-muted-foreground">{name}</h3>
              <dl className="grid gap-1 rounded-lg border bg-muted/50 p-2">
                {Object.entries(typeof value === "object" && value !== null ? value : { value }).map(([key, item]) => (
                  <div key={key} className="grid gap-x-3 sm:grid-cols-[9rem_minmax(0,1fr)]">
                    <dt className="text-xs text-muted-foreground">{key}</dt>
                    <dd className="font-mono text-xs break-all">{typeof item === "string" ? item : JSON.stringify(item)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        <p className="font-mono text-xs break-all text-muted-foreground">hash {row.hash}</p>
      </div>
    </>
  );
}
