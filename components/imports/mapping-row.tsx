"use client";

import { CircleCheck, CircleHelp, TriangleAlert } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { TableCell, TableHead, TableRow } from "@/components/ui/table";
import {
  VALUE_TYPES,
  VALUE_TYPE_LABELS,
  type ColumnMapping,
  type DateOrder,
  type Decimal,
  type SuggestedColumn,
  type ValueType,
} from "@/domain/imports/model";
import { visible } from "./format";
import { hasOwnName, optionOf, withOption, type TargetGroup } from "./target-options";

export interface MappingRowProps {
  column: ColumnMapping;
  suggestion: SuggestedColumn | undefined;
  samples: string[];
  groups: TargetGroup[];
  /** Field errors of this column: target, key. */
  errors: { target?: string | undefined; key?: string | undefined };
  onChange: (column: ColumnMapping) => void;
}

const NUMERIC = ["quantity", "unit_price", "line_total", "order_total"];

/** One column of the file: its name and values, what it becomes, and how it is read. */
export function MappingRow({ column, suggestion, samples, groups, errors, onChange }: MappingRowProps) {
  const option = optionOf(column);
  const untouched = suggestion !== undefined && optionOf(suggestion) === option;
  const named = visible(column.column);
  const typed = column.target === "trait" || column.target === "property" || column.target === "product_property";
  const dated = column.target === "timestamp" || column.type === "date";
  const numeric = NUMERIC.includes(column.target) || column.type === "number";
  const message = errors.target ?? errors.key;
  const set = (change: Partial<ColumnMapping>): void => onChange({ ...column, ...change });
  return (
    <TableRow className="align-top">
      <TableHead scope="row" className="h-auto max-w-40 py-2.5 text-sm sm:max-w-56 text-foreground">
        <bdi className="block truncate" title={named}>
          {named}
        </bdi>
        {samples[0] === undefined ? null : (
          <bdi className="block max-w-36 truncate text-xs font-normal text-muted-foreground sm:hidden">{visible(samples[0])}</bdi>
        )}
        {untouched ? <Confidence suggestion={suggestion} /> : null}
      </TableHead>
      <TableCell className="hidden max-w-64 py-2.5 text-xs text-muted-foreground sm:table-cell">
        {samples.length === 0 ? (
          <span className="italic">No values in the first rows</span>
        ) : (
          <ul className="grid gap-0.5">
            {samples.slice(0, 3).map((sample) => (
              <li key={sample} className="truncate" title={visible(sample)}>
                <bdi>{visible(sample)}</bdi>
              </li>
            ))}
          </ul>
        )}
      </TableCell>
      <TableCell className="min-w-44 py-2 sm:min-w-64">
        <div className="grid gap-1.5">
          <NativeSelect
            aria-label={`What "${named}" becomes`}
            aria-invalid={message ? true : undefined}
            value={option}
            onChange={(event) => onChange(withOption(column, event.target.value, suggestion?.key ?? "column"))}
          >
            <option value="ignore">Do not import</option>
            {groups.map((group) => (
              <optgroup key={group.label} label={group.label}>
                {group.options.map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </optgroup>
            ))}
          </NativeSelect>
          {hasOwnName(column) ? (
            <Input
              aria-label={`Name for "${named}"`}
              aria-invalid={errors.key ? true : undefined}
              placeholder={column.target === "external_id" ? "loyalty_id" : "name"}
              value={column.key ?? ""}
              maxLength={100}
              onChange={(event) => set({ key: event.target.value })}
            />
          ) : null}
          {message ? (
            <p role="alert" className="text-xs text-destructive-text">
              {message}
            </p>
          ) : null}
          {untouched && suggestion.warning && !(dated && column.dateOrder) ? (
            <p className="flex items-start gap-1 text-xs text-warning-text">
              <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0" /> {suggestion.warning}
            </p>
          ) : null}
        </div>
      </TableCell>
      <TableCell className="min-w-40 py-2">
        <div className="grid gap-1.5">
          {typed ? (
            <NativeSelect
              aria-label={`Type of "${named}"`}
              value={column.type ?? "text"}
              onChange={(event) => set({ type: event.target.value as ValueType })}
            >
              {VALUE_TYPES.map((type) => (
                <option key={type} value={type}>
                  {VALUE_TYPE_LABELS[type]}
                </option>
              ))}
            </NativeSelect>
          ) : null}
          {dated ? (
            <NativeSelect
              aria-label={`Order of day and month in "${named}"`}
              value={column.dateOrder ?? ""}
              onChange={(event) => set({ dateOrder: event.target.value === "" ? undefined : (event.target.value as DateOrder) })}
            >
              <option value="">Year first, or clear</option>
              <option value="dmy">Day first: 31/12/2026</option>
              <option value="mdy">Month first: 12/31/2026</option>
            </NativeSelect>
          ) : null}
          {numeric ? (
            <NativeSelect
              aria-label={`Decimal sign in "${named}"`}
              value={column.decimal ?? "."}
              onChange={(event) => set({ decimal: event.target.value as Decimal })}
            >
              <option value=".">1,234.56</option>
              <option value=",">1.234,56</option>
            </NativeSelect>
          ) : null}
          {typed || dated || numeric ? null : (
            <span className="px-2.5 py-1.5 text-xs text-muted-foreground">{column.target === "ignore" ? "–" : "As text"}</span>
          )}
        </div>
      </TableCell>
    </TableRow>
  );
}

function Confidence({ suggestion }: { suggestion: SuggestedColumn }) {
  const { confidence, reason } = suggestion;
  const [variant, label, Icon] =
    confidence === "high"
      ? (["success", "Recognised", CircleCheck] as const)
      : confidence === "medium"
        ? (["info", "Likely", CircleCheck] as const)
        : (["default", "Not recognised", CircleHelp] as const);
  return (
    <Badge variant={variant} className="mt-1" title={reason}>
      <Icon aria-hidden /> {label}
      <span className="sr-only">. {reason}</span>
    </Badge>
  );
}
