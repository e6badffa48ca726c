"use client";

import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { formatMoney } from "@/components/layout/money";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { Conversion } from "@/domain/attribution/model";
import type { Result } from "@/domain/kernel/model";
import { DefinitionSheet, type DefinitionInput } from "./definition-sheet";

export interface DefinitionsScreenProps {
  conversions: readonly Conversion[];
  events: readonly string[];
  currency: string;
  save(input: DefinitionInput): Promise<Result<{ id: string }>>;
  archive(input: { id: string }): Promise<Result<unknown>>;
}

const days = (n: number): string => (n === 1 ? "1 day" : `${n} days`);

/** What counts as a conversion. Reports are made anew by a changed meaning, past ones too. */
export function DefinitionsScreen({ conversions, events, currency, save, archive }: DefinitionsScreenProps) {
  const router = useRouter();
  const [edited, setEdited] = useState<Conversion | "new" | null>(null);
  const archiving = useAction(archive, { success: "Conversion archived", onSuccess: () => router.refresh() });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div>
        <Button onClick={() => setEdited("new")}>
          <Plus aria-hidden />
          New conversion
        </Button>
      </div>
      <Table aria-label="What counts as a conversion">
        <TableHeader>
          <TableRow>
            <TableHead>Conversion</TableHead>
            <TableHead>Event</TableHead>
            <TableHead>Counts</TableHead>
            <TableHead>Value</TableHead>
            <TableHead>Refunds</TableHead>
            <TableHead>Windows</TableHead>
            <TableHead>
              <span className="sr-only">Change</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {conversions.map((conversion) => (
            <TableRow key={conversion.id}>
              <TableHead scope="row" className="text-sm font-medium text-foreground">
                <span className="flex items-center gap-2">
                  {conversion.name}
                  {conversion.isDefault ? <Badge>default</Badge> : null}
                </span>
              </TableHead>
              <TableCell>
                {conversion.event}
                {conversion.where.length > 0 ? (
                  <span className="text-xs text-muted-foreground">{`, ${conversion.where.length} ${conversion.where.length === 1 ? "filter" : "filters"}`}</span>
                ) : null}
              </TableCell>
              <TableCell>{conversion.count === "every" ? "each time" : "once per person"}</TableCell>
              <TableCell>{conversion.fixedValue === null ? "the event's own" : formatMoney(conversion.fixedValue, currency)}</TableCell>
              <TableCell>{conversion.refundEvent ?? "–"}</TableCell>
              <TableCell className="whitespace-nowrap">{`${days(conversion.clickDays)}, views ${days(conversion.viewDays)}`}</TableCell>
              <TableCell className="text-right whitespace-nowrap">
                <Button variant="ghost" size="sm" aria-label={`Edit ${conversion.name}`} onClick={() => setEdited(conversion)}>
                  Edit
                </Button>
                {conversion.isDefault ? null : (
                  <Button
                    variant="ghost"
                    size="sm"
                    aria-label={`Archive ${conversion.name}`}
                    pending={archiving.pending}
                    onClick={() => void archiving.run({ id: conversion.id })}
                  >
                    Archive
                  </Button>
                )}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {edited === null ? null : (
        <DefinitionSheet
          key={edited === "new" ? "new" : edited.id}
          conversion={edited === "new" ? null : edited}
          events={events}
          currency={currency}
          save={save}
          onClose={() => setEdited(null)}
        />
      )}
    </div>
  );
}
