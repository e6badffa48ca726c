"use client";

import { Plus, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import type { Conversion, ConversionInput } from "@/domain/attribution/model";
import type { Result } from "@/domain/kernel/model";

export type DefinitionInput = ConversionInput & { id: string | null; isDefault: boolean };

export interface DefinitionSheetProps {
  /** Null: a new one. */
  conversion: Conversion | null;
  events: readonly string[];
  currency: string;
  save(input: DefinitionInput): Promise<Result<{ id: string }>>;
  onClose(): void;
}

/** A filter that this form can write: a property of the event is a text. */
interface SimpleFilter {
  property: string;
  value: string;
}
type Filter = ConversionInput["where"][number];
const simpleOf = (filter: Filter): SimpleFilter | null =>
  filter.root === "properties" && filter.test.type === "text" && filter.test.operator === "equals" && !filter.test.ignoreCase
    ? { property: filter.path.join("."), value: filter.test.value }
    : null;

/** What counts, what it is worth, how long before it touches may have had a part. */
export function DefinitionSheet({ conversion, events, currency, save, onClose }: DefinitionSheetProps) {
  const router = useRouter();
  const [given, setGiven] = useState({
    name: conversion?.name ?? "",
    event: conversion?.event ?? "",
    fixed: conversion?.fixedValue === null || conversion === null ? "" : String(conversion.fixedValue),
    count: conversion?.count ?? "every",
    refundEvent: conversion?.refundEvent ?? "",
    clickDays: String(conversion?.clickDays ?? 28),
    viewDays: String(conversion?.viewDays ?? 1),
    isDefault: conversion?.isDefault ?? false,
  });
  const [filters, setFilters] = useState<SimpleFilter[]>((conversion?.where ?? []).map(simpleOf).filter((filter) => filter !== null));
  // Filters that were written elsewhere and that this form cannot show stay as they are.
  const others = (conversion?.where ?? []).filter((filter) => simpleOf(filter) === null);
  const saving = useAction(save, {
    inline: true,
    success: conversion === null ? "Conversion created" : "Conversion saved",
    onSuccess: () => {
      onClose();
      router.refresh();
    },
  });
  const set = (field: keyof typeof given) => (event: { target: { value: string } }) => setGiven({ ...given, [field]: event.target.value });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void saving.run({
      id: conversion?.id ?? null,
      name: given.name,
      event: given.event,
      where: [
        ...others,
        ...filters
          .filter(({ property }) => property.trim() !== "")
          .map(({ property, value }): Filter => ({
            root: "properties",
            path: property.trim().split("."),
            test: { type: "text", operator: "equals", value, ignoreCase: false },
          })),
      ],
      fixedValue: given.fixed.trim() === "" ? null : Number(given.fixed.replace(",", ".")),
      count: given.count,
      refundEvent: given.refundEvent === "" ? null : given.refundEvent,
      clickDays: Number(given.clickDays),
      viewDays: Number(given.viewDays),
      isDefault: given.isDefault,
    });
  };
  const { fields } = saving;
  const names = [...new Set([...events, ...[given.event, given.refundEvent].filter((name) => name !== "")])];
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : onClose())}>
      <SheetContent>
        <SheetHeader>
          <SheetTitle>{conversion === null ? "New conversion" : conversion.name}</SheetTitle>
          <SheetDescription>Reports are made anew by it, past ones too.</SheetDescription>
        </SheetHeader>
        <form id="definition" className="grid content-start gap-4" onSubmit={submit}>
          <Field label="Name" error={fields["name"]}>
            <Input value={given.name} onChange={set("name")} required />
          </Field>
          <Field label="Event" error={fields["event"]}>
            <NativeSelect value={given.event} onChange={set("event")} required>
              <option value="">Choose</option>
              {names.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <fieldset className="grid gap-2">
            <legend className="mb-1.5 text-sm font-medium">Only where</legend>
            {others.length > 0 ? (
              <p className="text-xs text-muted-foreground">{`${others.length} further ${others.length === 1 ? "filter stays" : "filters stay"} as written.`}</p>
            ) : null}
            {filters.map((filter, i) => (
              // Rows have no id; they are told apart by their place.
              // oxlint-disable-next-line react/no-array-index-key
              <div key={i} className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-center gap-2">
                <Input
                  aria-label={`Property ${i + 1}`}
                  placeholder="property"
                  value={filter.property}
                  onChange={(event) => setFilters(filters.with(i, { ...filter, property: event.target.value }))}
                />
                <span className="text-xs text-muted-foreground">is</span>
                <Input
                  aria-label={`Value ${i + 1}`}
                  placeholder="text"
                  value={filter.value}
                  onChange={(event) => setFilters(filters.with(i, { ...filter, value: event.target.value }))}
                />
                <Button
                  type="button"
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Remove filter ${i + 1}`}
                  onClick={() => setFilters(filters.toSpliced(i, 1))}
                >
                  <Trash2 aria-hidden />
                </Button>
              </div>
            ))}
            <div>
              <Button type="button" variant="ghost" size="sm" onClick={() => setFilters([...filters, { property: "", value: "" }])}>
                <Plus aria-hidden />
                Add a filter
              </Button>
            </div>
          </fieldset>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Counts" error={fields["count"]}>
              <NativeSelect value={given.count} onChange={(event) => setGiven({ ...given, count: event.target.value as "every" | "once" })}>
                <option value="every">each time</option>
                <option value="once">once per person</option>
              </NativeSelect>
            </Field>
            <Field label={`Fixed value (${currency})`} hint="Empty: the event's own." error={fields["fixedValue"]}>
              <Input inputMode="decimal" value={given.fixed} onChange={set("fixed")} />
            </Field>
            <Field label="Clicks and visits, days" error={fields["clickDays"]}>
              <Input type="number" min={1} max={90} required value={given.clickDays} onChange={set("clickDays")} />
            </Field>
            <Field label="Views, days" error={fields["viewDays"]}>
              <Input type="number" min={1} max={90} required value={given.viewDays} onChange={set("viewDays")} />
            </Field>
          </div>
          <Field label="Taken back by" hint="An event with the same order id takes its amount back." error={fields["refundEvent"]}>
            <NativeSelect value={given.refundEvent} onChange={set("refundEvent")}>
              <option value="">nothing</option>
              {names.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          </Field>
          {conversion?.isDefault === true ? null : (
            <Field label="Default of all reports" orientation="horizontal">
              <Checkbox checked={given.isDefault} onCheckedChange={(on) => setGiven({ ...given, isDefault: on === true })} />
            </Field>
          )}
        </form>
        <SheetFooter>
          <Button type="submit" form="definition" pending={saving.pending}>
            {conversion === null ? "Create conversion" : "Save conversion"}
          </Button>
        </SheetFooter>
      </SheetContent>
    </Sheet>
  );
}
