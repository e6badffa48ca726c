"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { useDebounced } from "@/components/layout/use-debounced";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import {
  LEGAL_BASIS_LABELS,
  POLICY_RULE_LABELS,
  POLICY_RULES,
  type PolicyCell,
  type PolicyEffect,
  type PolicyRule,
  type PolicyView,
} from "@/domain/consent/model";
import type { ConsentActions } from "./consent-tabs";
import { formatMinute, formatNumber, getJson } from "./format";

const LOOK: Record<PolicyRule, string> = { basis: "", consent: "text-warning-text", block: "text-destructive-text" };

/** Purposes down, uses and destinations across. A change says what it would do before it is saved. */
export function PolicyMatrix({ policy, canWrite, actions }: { policy: PolicyView; canWrite: boolean; actions: ConsentActions }) {
  const [changed, setChanged] = useState<ReadonlyMap<string, PolicyCell>>(new Map());
  const save = useAction(actions.savePolicy, { success: "The policy is saved and in force." });
  const use = useAction(actions.changeUse, { success: "Saved." });
  const rules = new Map(policy.cells.map((cell) => [`${cell.purposeId} ${cell.useId}`, cell.rule]));
  const cells = [...changed.values()];
  const query = useDebounced(JSON.stringify(cells), 300);
  const effects = useQuery({
    queryKey: ["consent", "policy", query],
    queryFn: ({ signal }) => getJson<PolicyEffect[]>(`/api/consent/policy?${new URLSearchParams({ cells: query })}`, signal),
    enabled: query !== "[]",
    retry: false,
  });
  const pick = (cell: PolicyCell): void => {
    const key = `${cell.purposeId} ${cell.useId}`;
    const next = new Map(changed);
    if (rules.get(key) === cell.rule) next.delete(key);
    else next.set(key, cell);
    setChanged(next);
  };
  const nameOf = (cell: PolicyCell): { purpose: string; use: string } => ({
    purpose: policy.purposes.find(({ id }) => id === cell.purposeId)?.name ?? cell.purposeId,
    use: policy.uses.find(({ id }) => id === cell.useId)?.name ?? cell.useId,
  });
  return (
    <div className="grid gap-4">
      <p className="max-w-3xl text-sm text-pretty text-muted-foreground">
        “By legal basis” asks what the purpose asks: a yes, no objection, or nothing. “Only with consent” asks for a yes whatever the basis.
        A destination may be used for its own purpose alone until a cell says more.
      </p>
      <Table aria-label="Policy matrix" containerClassName="max-h-[70dvh]">
        <TableCaption className="sr-only">Which purpose may be used for which use or destination</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead className="sticky left-0 z-10 bg-muted">Purpose</TableHead>
            {policy.uses.map(({ id, name }) => (
              <TableHead key={id} className="min-w-52 whitespace-normal">
                {name}
              </TableHead>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          <TableRow>
            <th scope="row" className="sticky left-0 z-10 bg-card px-3 py-2 text-left text-sm font-normal text-muted-foreground">
              Stands for, unless another is named
            </th>
            {policy.uses.map(({ id, name, purposeId }) => (
              <TableCell key={id}>
                <NativeSelect
                  aria-label={`Purpose that ${name} stands for`}
                  value={purposeId ?? ""}
                  disabled={!canWrite || use.pending}
                  onChange={(event) => void use.run({ id, purposeId: event.target.value === "" ? null : event.target.value })}
                >
                  <option value="">None: must be named</option>
                  {policy.purposes.map((purpose) => (
                    <option key={purpose.id} value={purpose.id}>
                      {purpose.name}
                    </option>
                  ))}
                </NativeSelect>
              </TableCell>
            ))}
          </TableRow>
          {policy.purposes.map((purpose) => (
            <TableRow key={purpose.id}>
              <th scope="row" className="sticky left-0 z-10 min-w-44 bg-card px-3 py-2 text-left font-normal">
                <span className="block font-medium">{purpose.name}</span>
                <span className="block text-xs text-muted-foreground tabular-nums">
                  {LEGAL_BASIS_LABELS[purpose.legalBasis]} · {formatNumber(purpose.people)}
                </span>
              </th>
              {policy.uses.map(({ id, name }) => {
                const key = `${purpose.id} ${id}`;
                const rule = changed.get(key)?.rule ?? rules.get(key) ?? "block";
                return (
                  <TableCell key={id} className={cn(changed.has(key) && "bg-primary-soft")}>
                    <NativeSelect
                      aria-label={`${purpose.name}: ${name}`}
                      className={LOOK[rule]}
                      value={rule}
                      disabled={!canWrite}
                      onChange={(event) => pick({ purposeId: purpose.id, useId: id, rule: event.target.value as PolicyRule })}
                    >
                      {POLICY_RULES.map((one) => (
                        <option key={one} value={one}>
                          {POLICY_RULE_LABELS[one]}
                        </option>
                      ))}
                    </NativeSelect>
                  </TableCell>
                );
              })}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <p className="text-xs text-muted-foreground">
        Numbers under a purpose: people who may be used for it, of {formatNumber(policy.people)}, counted {formatMinute(policy.asOf)}.
      </p>
      {cells.length > 0 ? (
        <Card>
          <CardHeader>
            <CardTitle>
              {cells.length} {cells.length === 1 ? "change" : "changes"}, not saved yet
            </CardTitle>
            <CardDescription>What each would do, counted now.</CardDescription>
          </CardHeader>
          <CardContent className="grid gap-3">
            <div role="status">
              <ul className="grid gap-1.5 text-sm">
                {cells.map((cell) => {
                  const name = nameOf(cell);
                  const effect = effects.data?.find(
                    (one) => one.purposeId === cell.purposeId && one.useId === cell.useId && one.rule === cell.rule,
                  );
                  return (
                    <li key={`${cell.purposeId} ${cell.useId}`}>
                      <span className="font-medium">
                        {name.purpose}, {name.use}:
                      </span>{" "}
                      {POLICY_RULE_LABELS[cell.rule].toLowerCase()}.{" "}
                      <span className="tabular-nums">
                        {effect
                          ? effect.after < effect.before
                            ? `This would block ${formatNumber(effect.before - effect.after)} of ${formatNumber(effect.before)} people.`
                            : effect.after > effect.before
                              ? `This would let in ${formatNumber(effect.after - effect.before)} more, ${formatNumber(effect.after)} people in all.`
                              : `Nobody is affected: ${formatNumber(effect.after)} people before and after.`
                          : effects.error
                            ? effects.error.message
                            : "Counting…"}
                      </span>
                    </li>
                  );
                })}
              </ul>
            </div>
            <div className="flex gap-2">
              <Button pending={save.pending} onClick={() => void save.run({ cells })}>
                Save policy
              </Button>
              <Button variant="outline" onClick={() => setChanged(new Map())}>
                Discard changes
              </Button>
            </div>
          </CardContent>
        </Card>
      ) : null}
    </div>
  );
}
