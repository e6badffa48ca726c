"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { BlockedValue } from "@/domain/identity/model";
import type { FieldErrors } from "@/domain/kernel/model";

/** Values that are no identifiers, and values that are kept but join nobody. */
export function BlockedValues(props: {
  values: BlockedValue[];
  types: string[];
  canWrite: boolean;
  errors: FieldErrors;
  onChange: (values: BlockedValue[]) => void;
}) {
  const { values, canWrite, onChange } = props;
  const change = (index: number, part: Partial<BlockedValue>) =>
    onChange(values.map((value, i) => (i === index ? { ...value, ...part } : value)));
  return (
    <Card>
      <CardHeader>
        <CardTitle>Blocked values</CardTitle>
        <CardDescription>A blocked value stays in the message and never becomes an identifier.</CardDescription>
        {canWrite ? (
          <CardAction>
            <Button variant="outline" onClick={() => onChange([{ type: "*", match: "exact", value: "", action: "block" }, ...values])}>
              <Plus aria-hidden />
              Add value
            </Button>
          </CardAction>
        ) : null}
      </CardHeader>
      <CardContent>
        <Table aria-label="Blocked values" containerClassName="max-h-96">
          <TableHeader>
            <TableRow>
              <TableHead>Value</TableHead>
              <TableHead>Match</TableHead>
              <TableHead>Type</TableHead>
              <TableHead>Effect</TableHead>
              {canWrite ? <TableHead className="text-right">Remove</TableHead> : null}
            </TableRow>
          </TableHeader>
          <TableBody>
            {values.map((entry, index) => {
              const error = props.errors[`rules.blocked.${index}.value`];
              const name = entry.value === "" ? `value ${index + 1}` : entry.value;
              return (
                // The list has no other identity than its order.
                // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
                <TableRow key={index}>
                  <TableCell className="min-w-48">
                    <Input
                      className="font-mono text-xs"
                      aria-label={`Blocked value ${index + 1}`}
                      aria-invalid={error !== undefined}
                      value={entry.value}
                      disabled={!canWrite}
                      onChange={(event) => change(index, { value: event.target.value })}
                    />
                    {error ? <p className="mt-1 text-xs text-destructive-text">{error}</p> : null}
                  </TableCell>
                  <TableCell className="min-w-40">
                    <NativeSelect
                      aria-label={`Match of ${name}`}
                      value={entry.match}
                      disabled={!canWrite}
                      onChange={(event) => change(index, { match: event.target.value as BlockedValue["match"] })}
                    >
                      <option value="exact">Exact</option>
                      <option value="pattern">RE2 pattern</option>
                    </NativeSelect>
                  </TableCell>
                  <TableCell className="min-w-36">
                    <NativeSelect
                      aria-label={`Type of ${name}`}
                      value={entry.type}
                      disabled={!canWrite}
                      onChange={(event) => change(index, { type: event.target.value })}
                    >
                      <option value="*">All types</option>
                      {props.types.map((type) => (
                        <option key={type}>{type}</option>
                      ))}
                    </NativeSelect>
                  </TableCell>
                  <TableCell className="min-w-40">
                    <NativeSelect
                      aria-label={`Effect of ${name}`}
                      value={entry.action}
                      disabled={!canWrite}
                      onChange={(event) => change(index, { action: event.target.value as BlockedValue["action"] })}
                    >
                      <option value="block">No identifier</option>
                      <option value="no_merge">Joins nobody</option>
                    </NativeSelect>
                  </TableCell>
                  {canWrite ? (
                    <TableCell className="text-right">
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={`Remove ${name}`}
                        onClick={() => onChange(values.filter((_, i) => i !== index))}
                      >
                        <Trash2 aria-hidden />
                      </Button>
                    </TableCell>
                  ) : null}
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </CardContent>
    </Card>
  );
}
