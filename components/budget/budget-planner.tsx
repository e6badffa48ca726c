"use client";

import { Download } from "lucide-react";
import { useState } from "react";
import { saveFile, toCsv } from "@/components/charts";
import { formatMoney } from "@/components/layout/money";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { MediaMix, MixChannel } from "@/domain/attribution/mmm/model";
import { outcomeText } from "./fit-charts";
import { bestSplit, todayOf, type Bounds, type Scenario } from "./scenarios";

const round = (n: number): number => Math.round(n * 100) / 100;
const percent = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });

/** Splits a weekly budget so that it brings the most inside of the bounds; every change is worked out at once. */
export function BudgetPlanner({ mix, channels }: { mix: MediaMix; channels: readonly MixChannel[] }) {
  const today = todayOf(channels);
  const [budget, setBudget] = useState(String(round(today.spend)));
  const [bounds, setBounds] = useState<ReadonlyMap<string, { least: string; most: string }>>(
    new Map(channels.map(({ name, curve }) => [name, { least: String(round(curve.least)), most: String(round(curve.most)) }])),
  );
  const numbers = new Map(
    [...bounds].map(([name, { least, most }]): [string, Bounds] => {
      const low = Math.max(0, Number(least) || 0);
      return [name, { least: low, most: Math.max(low, Number(most) || 0) }];
    }),
  );
  const money = (n: number): string => formatMoney(n.toFixed(2), mix.currency);
  const wanted = Number(budget.replace(",", "."));
  const same = bestSplit("Best split of today's spend", channels, numbers, today.spend);
  const own = bestSplit("Best split of your budget", channels, numbers, Number.isFinite(wanted) ? wanted : 0);
  const scenarios: Scenario[] = [today, ...("problem" in same ? [] : [same]), ...("problem" in own ? [] : [own])];
  const plan = "problem" in own ? null : own;
  const change = (name: string, side: keyof Bounds, text: string): void =>
    setBounds(new Map([...bounds].map(([key, value]) => [key, key === name ? { ...value, [side]: text } : value])));
  return (
    <section aria-labelledby="budget-plan" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 id="budget-plan" className="text-sm font-medium">
            Split of a weekly budget
          </h2>
          <p className="text-sm text-muted-foreground">
            Where no bound is met, the next unit brings the same in every channel: that is the best split.
          </p>
        </div>
        <div className="flex items-end gap-2">
          <Field label={`Weekly budget (${mix.currency})`} className="w-44">
            <Input inputMode="decimal" value={budget} onChange={(event) => setBudget(event.target.value)} />
          </Field>
          <Button variant="outline" onClick={() => download(mix, channels, scenarios)}>
            <Download aria-hidden />
            CSV
          </Button>
        </div>
      </div>
      {"problem" in own ? (
        <p role="alert" className="text-sm text-destructive-text">
          {own.problem === "too_little"
            ? `The least of all channels is ${money(own.limit)}: raise the budget or lower a bound.`
            : `The channels take ${money(own.limit)} at most: lower the budget or raise a bound.`}
        </p>
      ) : null}
      <Table aria-label="Split of the budget">
        <TableHeader>
          <TableRow>
            <TableHead scope="col">Channel</TableHead>
            <TableHead scope="col" className="text-right">
              Today, per week
            </TableHead>
            <TableHead scope="col" className="text-right">
              At least
            </TableHead>
            <TableHead scope="col" className="text-right">
              At most
            </TableHead>
            <TableHead scope="col" className="text-right">
              Plan
            </TableHead>
            <TableHead scope="col" className="text-right">
              Change
            </TableHead>
            <TableHead scope="col" className="text-right">
              Brings
            </TableHead>
            <TableHead scope="col" className="text-right">
              Next unit brings
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {channels.map(({ name, weekly }) => {
            const share = plan?.shares.find(({ channel }) => channel === name);
            const bound = bounds.get(name);
            return (
              <TableRow key={name}>
                <TableHead scope="row" className="font-normal">
                  {name}
                </TableHead>
                <Figure>{money(weekly)}</Figure>
                {(["least", "most"] as const).map((side) => (
                  <TableCell key={side} className="text-right">
                    <Input
                      aria-label={`${name}, at ${side}, per week`}
                      inputMode="decimal"
                      className="ml-auto w-24 text-right tabular-nums"
                      value={bound?.[side] ?? ""}
                      onChange={(event) => change(name, side, event.target.value)}
                    />
                  </TableCell>
                ))}
                <Figure>
                  {share === undefined ? "–" : money(share.spend)}
                  {share?.bound === "least" || share?.bound === "most" ? (
                    <Badge variant="outline" className="ml-2">
                      at {share.bound}
                    </Badge>
                  ) : null}
                </Figure>
                <Figure>{share === undefined || weekly === 0 ? "–" : percent.format(share.spend / weekly - 1)}</Figure>
                <Figure>{share === undefined ? "–" : outcomeText(mix, share.response)}</Figure>
                <Figure>
                  {share === undefined
                    ? "–"
                    : Number.isFinite(share.marginal)
                      ? share.marginal.toFixed(mix.measure === "value" ? 2 : 4)
                      : "very much"}
                </Figure>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
      <Table aria-label="Scenarios">
        <TableHeader>
          <TableRow>
            <TableHead scope="col">Scenario</TableHead>
            <TableHead scope="col" className="text-right">
              Spend per week
            </TableHead>
            <TableHead scope="col" className="text-right">
              {mix.measure === "value" ? "Value from spending, per week" : "Conversions from spending, per week"}
            </TableHead>
            <TableHead scope="col" className="text-right">
              Against today
            </TableHead>
            <TableHead scope="col" className="text-right">
              For each unit spent
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {scenarios.map((scenario) => (
            <TableRow key={scenario.name}>
              <TableHead scope="row" className="font-normal">
                {scenario.name}
              </TableHead>
              <Figure>{money(scenario.spend)}</Figure>
              <Figure>{outcomeText(mix, scenario.response)}</Figure>
              <Figure>{scenario === today || today.response === 0 ? "–" : percent.format(scenario.response / today.response - 1)}</Figure>
              <Figure>{scenario.spend > 0 ? (scenario.response / scenario.spend).toFixed(2) : "–"}</Figure>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}

function Figure({ children }: { children: React.ReactNode }) {
  return <TableCell className="text-right whitespace-nowrap tabular-nums">{children}</TableCell>;
}

function download(mix: MediaMix, channels: readonly MixChannel[], scenarios: readonly Scenario[]): void {
  const header = [
    "Channel",
    ...scenarios.flatMap(({ name }) => [`${name}: spend (${mix.currency})`, `${name}: ${mix.measure}`, `${name}: next unit`]),
  ];
  const lines = channels.map(({ name }) => [
    name,
    ...scenarios.flatMap(({ shares }) => {
      const share = shares.find(({ channel }) => channel === name);
      return [share?.spend ?? 0, share?.response ?? 0, share !== undefined && Number.isFinite(share.marginal) ? share.marginal : ""];
    }),
  ]);
  saveFile(new Blob([toCsv(header, lines)], { type: "text/csv;charset=utf-8" }), "budget-plan.csv");
}
