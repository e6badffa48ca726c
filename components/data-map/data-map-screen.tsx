"use client";

import { Check, Map as MapIcon, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Empty } from "@/components/ui/empty";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { FIELD_CLASS_LABELS, FIELD_CLASSES, type DataField, type DataMap, type FieldClass } from "@/domain/governance/model";
import type { Result } from "@/domain/kernel/model";
import { FieldLabels } from "./field-labels";

/** Rows that are drawn at once; filters narrow the rest. */
const SHOWN = 200;
const count = new Intl.NumberFormat("en-GB");

const params = {
  q: parseAsString.withDefault(""),
  class: parseAsStringLiteral(FIELD_CLASSES),
  open: parseAsBoolean.withDefault(false),
};

export interface DataMapScreenProps {
  map: DataMap;
  mayWrite: boolean;
  setLabels: (input: { kind: "trait" | "event"; scope: string; key: string; labels: string[] }) => Promise<Result<{ labels: string[] }>>;
  confirm: (input: { kind: "trait" | "event"; scope: string; key: string; class: FieldClass }) => Promise<Result<{ class: FieldClass }>>;
}

/** Every field that messages brought, what it holds, and who said so. */
export function DataMapScreen({ map, mayWrite, confirm, setLabels }: DataMapScreenProps) {
  const router = useRouter();
  const [filters, setFilters] = useQueryStates(params, { clearOnDefault: true });
  const { run, pending } = useAction(confirm, {
    success: ({ class: is }) => `Classed as ${FIELD_CLASS_LABELS[is].toLowerCase()}`,
    onSuccess: () => router.refresh(),
  });
  if (map.fields.length === 0)
    return (
      <Empty
        icon={MapIcon}
        title="No field yet"
        description="Fields appear as messages bring them, with a class found by their names and values. An admin confirms it."
      />
    );
  const wanted = filters.q.trim().toLowerCase();
  const rows = map.fields.filter(
    (field) =>
      (wanted === "" || `${field.scope} ${field.key}`.toLowerCase().includes(wanted)) &&
      (filters.class === null || (field.confirmed ?? field.found) === filters.class) &&
      (!filters.open || field.confirmed === null),
  );
  const toConfirm = map.fields.filter((field) => field.confirmed === null && field.found !== "not_personal").length;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <span className="relative min-w-56 flex-1 sm:max-w-xs">
          <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted-foreground" />
          <Input
            type="search"
            aria-label="Search fields"
            placeholder="Field or event"
            className="pl-8"
            value={filters.q}
            onChange={(event) => void setFilters({ q: event.target.value })}
          />
        </span>
        <NativeSelect
          aria-label="Class"
          className="w-auto max-w-64"
          value={filters.class ?? ""}
          onChange={(event) => void setFilters({ class: FIELD_CLASSES.find((one) => one === event.target.value) ?? null })}
        >
          <option value="">Any class</option>
          {FIELD_CLASSES.map((one) => (
            <option key={one} value={one}>
              {FIELD_CLASS_LABELS[one]}
            </option>
          ))}
        </NativeSelect>
        <Label className="flex items-center gap-2 font-normal">
          <Checkbox checked={filters.open} onCheckedChange={(checked) => void setFilters({ open: checked === true })} />
          Not confirmed yet
        </Label>
      </div>
      {rows.length === 0 ? (
        <Empty
          icon={Search}
          title="No field matches"
          actions={
            <Button variant="outline" onClick={() => void setFilters(null)}>
              Show all
            </Button>
          }
        />
      ) : (
        <Table aria-label="Data map">
          <TableCaption className="sr-only">Fields with their classes; found ones that nobody confirmed first</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>Field</TableHead>
              <TableHead>Class</TableHead>
              <TableHead>Labels</TableHead>
              <TableHead>Found by</TableHead>
              <TableHead>Sources</TableHead>
              <TableHead className="text-right">Messages</TableHead>
              <TableHead>Last seen</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {rows.slice(0, SHOWN).map((field) => (
              <TableRow key={`${field.kind} ${field.scope} ${field.key}`}>
                <TableCell className="max-w-72">
                  <span className="block truncate font-medium" title={field.key}>
                    <bdi>{field.key}</bdi>
                  </span>
                  <span className="block truncate text-xs text-muted-foreground">
                    {field.kind === "trait" ? "Trait of a person" : <bdi>{field.scope}</bdi>}
                  </span>
                </TableCell>
                <TableCell>
                  <ClassCell
                    field={field}
                    mayWrite={mayWrite}
                    pending={pending}
                    set={(to) => void run({ kind: field.kind, scope: field.scope, key: field.key, class: to })}
                  />
                </TableCell>
                <TableCell>
                  <FieldLabels field={field} mayWrite={mayWrite} setLabels={setLabels} />
                </TableCell>
                <TableCell className="max-w-64 text-xs text-muted-foreground">
                  {field.confirmed ? `confirmed by ${field.confirmedBy ?? "a member"}` : (field.reason ?? "nothing points to a person")}
                </TableCell>
                <TableCell className="max-w-40 truncate text-xs">{field.sourceIds.map((id) => map.sources[id] ?? id).join(", ")}</TableCell>
                <TableCell className="text-right tabular-nums">{count.format(field.n)}</TableCell>
                <TableCell className="whitespace-nowrap">
                  <Time iso={field.lastSeenAt} />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      <p role="status" className="text-xs text-muted-foreground">
        {count.format(rows.length)} of {count.format(map.fields.length)} fields{rows.length > SHOWN ? `, the first ${SHOWN} shown` : ""}.{" "}
        {count.format(toConfirm)} found as personal and not confirmed yet. As of <Time iso={map.asOf} />.
      </p>
    </div>
  );
}

function ClassCell({
  field,
  mayWrite,
  pending,
  set,
}: {
  field: DataField;
  mayWrite: boolean;
  pending: boolean;
  set: (to: FieldClass) => void;
}) {
  const is = field.confirmed ?? field.found;
  if (!mayWrite) return <Badge variant={is === "not_personal" ? "default" : "warning"}>{FIELD_CLASS_LABELS[is]}</Badge>;
  return (
    <div className="flex items-center gap-1">
      <NativeSelect
        aria-label={`Class of ${field.key}${field.scope === "" ? "" : ` in ${field.scope}`}`}
        className="w-44"
        value={is}
        disabled={pending}
        onChange={(event) => set(event.target.value as FieldClass)}
      >
        {FIELD_CLASSES.map((one) => (
          <option key={one} value={one}>
            {FIELD_CLASS_LABELS[one]}
          </option>
        ))}
      </NativeSelect>
      {field.confirmed === null ? (
        <Button
          variant="outline"
          size="icon"
          aria-label={`Confirm ${FIELD_CLASS_LABELS[is].toLowerCase()} for ${field.key}`}
          disabled={pending}
          onClick={() => set(is)}
        >
          <Check aria-hidden />
        </Button>
      ) : null}
    </div>
  );
}
