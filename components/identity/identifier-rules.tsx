"use client";

import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { BUILT_IN_TYPES, LIMIT_PERIODS, type IdentifierRule, type LimitPeriod } from "@/domain/identity/model";

const PERIOD_LABELS: Record<LimitPeriod, string> = {
  ever: "Ever",
  annually: "In a year",
  monthly: "In 30 days",
  weekly: "In 7 days",
  daily: "In a day",
};

/** Identifier types in their order of priority, each with its limit. */
export function IdentifierRules(props: {
  rules: IdentifierRule[];
  unreviewed: string[];
  canWrite: boolean;
  onChange: (rules: IdentifierRule[]) => void;
}) {
  const { rules, canWrite, onChange } = props;
  const [added, setAdded] = useState("");
  const waiting = props.unreviewed.filter((type) => !rules.some((rule) => rule.type === type && rule.reviewed));
  const change = (type: string, part: Partial<IdentifierRule>) =>
    onChange(rules.map((rule) => (rule.type === type ? { ...rule, ...part } : rule)));
  const move = (index: number, by: number) => {
    const next = [...rules];
    const [rule] = next.splice(index, 1);
    if (rule) next.splice(index + by, 0, rule);
    onChange(next);
  };
  const add = (type: string) => {
    const name = type.trim().toLowerCase();
    if (name === "" || rules.some((rule) => rule.type === name && rule.reviewed)) return;
    onChange([...rules.filter((rule) => rule.type !== name), { type: name, limit: 5, period: "ever", merges: true, reviewed: true }]);
    setAdded("");
  };
  return (
    <Card>
      <CardHeader>
        <CardTitle>Identifiers</CardTitle>
        <CardDescription>
          Highest priority first. When a message would take a person over a limit, its lowest identifier is set aside and the rest is tried
          again.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Table aria-label="Identifier types">
          <TableHeader>
            <TableRow>
              <TableHead>Priority</TableHead>
              <TableHead>Type</TableHead>
              <TableHead>Most per person</TableHead>
              <TableHead>Within</TableHead>
              <TableHead>Joins people</TableHead>
              {canWrite ? <TableHead className="text-right">Change</TableHead> : null}
            </TableRow>
          </TableHeader>
          <TableBody>
            {rules.map((rule, index) => (
              <TableRow key={rule.type}>
                <TableCell className="tabular-nums text-muted-foreground">{index + 1}</TableCell>
                <TableCell className="font-mono text-xs">{rule.type}</TableCell>
                <TableCell>
                  <Input
                    type="number"
                    min={1}
                    max={1000}
                    className="w-20"
                    aria-label={`Most ${rule.type} per person`}
                    value={rule.limit}
                    disabled={!canWrite}
                    onChange={(event) =>
                      change(rule.type, { limit: Math.max(1, Math.min(1000, Math.round(event.target.valueAsNumber) || 1)) })
                    }
                  />
                </TableCell>
                <TableCell className="min-w-32">
                  <NativeSelect
                    aria-label={`Period of ${rule.type}`}
                    value={rule.period}
                    disabled={!canWrite}
                    onChange={(event) => change(rule.type, { period: event.target.value as LimitPeriod })}
                  >
                    {LIMIT_PERIODS.map((period) => (
                      <option key={period} value={period}>
                        {PERIOD_LABELS[period]}
                      </option>
                    ))}
                  </NativeSelect>
                </TableCell>
                <TableCell>
                  <Switch
                    aria-label={`${rule.type} joins people`}
                    checked={rule.merges}
                    disabled={!canWrite}
                    onCheckedChange={(merges) => change(rule.type, { merges })}
                  />
                </TableCell>
                {canWrite ? (
                  <TableCell>
                    <div className="flex justify-end gap-1">
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={`Raise ${rule.type}`}
                        disabled={index === 0}
                        onClick={() => move(index, -1)}
                      >
                        <ArrowUp aria-hidden />
                      </Button>
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={`Lower ${rule.type}`}
                        disabled={index === rules.length - 1}
                        onClick={() => move(index, 1)}
                      >
                        <ArrowDown aria-hidden />
                      </Button>
                      <Button
                        variant="ghost"
                        size="icon-sm"
                        aria-label={`Remove ${rule.type}`}
                        disabled={BUILT_IN_TYPES.includes(rule.type)}
                        onClick={() => onChange(rules.filter(({ type }) => type !== rule.type))}
                      >
                        <Trash2 aria-hidden />
                      </Button>
                    </div>
                  </TableCell>
                ) : null}
              </TableRow>
            ))}
          </TableBody>
        </Table>
        {waiting.length > 0 ? (
          <div className="grid gap-2">
            <p className="text-sm">Seen in messages and not reviewed yet. Until somebody accepts them, they join nobody:</p>
            <ul className="flex flex-wrap gap-2">
              {waiting.map((type) => (
                <li key={type} className="flex items-center gap-2 rounded-md border px-2 py-1">
                  <Badge variant="warning">{type}</Badge>
                  {canWrite ? (
                    <Button size="sm" variant="outline" onClick={() => add(type)}>
                      Accept {type}
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {canWrite ? (
          <form
            className="flex flex-wrap items-center gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              add(added);
            }}
          >
            <Input
              className="w-56"
              aria-label="New identifier type"
              placeholder="crm_id"
              pattern="[a-z0-9_.\-]{1,64}"
              title="Lower-case letters, digits, dot, dash and underscore"
              value={added}
              onChange={(event) => setAdded(event.target.value)}
            />
            <Button type="submit" variant="outline" disabled={added.trim() === ""}>
              <Plus aria-hidden />
              Add type
            </Button>
            <p className="text-xs text-muted-foreground">Read from traits, properties and external ids of that name.</p>
          </form>
        ) : null}
      </CardContent>
    </Card>
  );
}
