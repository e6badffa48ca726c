import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ExperimentResult } from "@/domain/experiments/model";
import { amount, chance, count, difference, range } from "./format";

/** Every arm with both measures, and how it compares with the control. */
export function ArmsTable({ data }: { data: ExperimentResult }) {
  const { currency, measure } = data;
  const withReached = data.arms.some(({ reached }) => reached !== null);
  const means = (["rate", "value"] as const).map((of) => ({ of, text: (n: number) => amount(n, of, currency) }));
  return (
    <Table aria-label="Arms">
      <TableHeader>
        <TableRow>
          <TableHead scope="col">Arm</TableHead>
          <TableHead scope="col" className="text-right">
            People
          </TableHead>
          {withReached ? (
            <TableHead scope="col" className="text-right">
              Reached
            </TableHead>
          ) : null}
          <TableHead scope="col" className="text-right">
            Converted
          </TableHead>
          <TableHead scope="col" className="text-right">
            Rate (95 %)
          </TableHead>
          <TableHead scope="col" className="text-right">
            Value per person (95 %)
          </TableHead>
          <TableHead scope="col" className="text-right">
            {measure === "rate" ? "Difference in rate (95 %)" : "Difference in value (95 %)"}
          </TableHead>
          <TableHead scope="col" className="text-right">
            p, one look
          </TableHead>
          <TableHead scope="col" className="text-right">
            p, any look
          </TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {data.arms.map((arm) => {
          const lift = data.comparisons.find((one) => one.arm === arm.id)?.[measure] ?? null;
          const text = (n: number): string => difference(n, measure, currency);
          return (
            <TableRow key={arm.id}>
              <TableHead scope="row" className="font-normal">
                <span className="flex items-center gap-2">
                  {arm.name}
                  {arm.control ? <Badge variant="outline">Control</Badge> : null}
                </span>
              </TableHead>
              <Figure>{count(arm.people)}</Figure>
              {withReached ? <Figure>{arm.reached === null ? "–" : count(arm.reached)}</Figure> : null}
              <Figure>{count(arm.converted)}</Figure>
              {means.map(({ of, text: show }) => {
                const mean = of === "rate" ? arm.rate : arm.mean;
                return (
                  <Figure key={of} note={mean === null ? null : range(mean.interval, show)}>
                    {mean === null ? "–" : show(mean.mean)}
                  </Figure>
                );
              })}
              <Figure note={lift === null ? null : range(lift.interval, text)}>{lift === null ? "–" : text(lift.lift)}</Figure>
              <Figure>{lift === null ? "–" : chance(lift.p)}</Figure>
              <Figure>{lift === null ? "–" : chance(lift.adjustedP)}</Figure>
            </TableRow>
          );
        })}
      </TableBody>
    </Table>
  );
}

function Figure({ children, note = null }: { children: ReactNode; note?: string | null }) {
  return (
    <TableCell className="text-right whitespace-nowrap tabular-nums">
      {children}
      {note === null ? null : <span className="block text-xs text-muted-foreground">{note}</span>}
    </TableCell>
  );
}
