import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ExperimentResult } from "@/domain/experiments/model";
import { amount, chance, count, difference, range } from "./format";

/** The lift in each subgroup, with p-values corrected for their number. */
export function SubgroupTable({ data }: { data: ExperimentResult }) {
  const { subgroups, measure, currency } = data;
  if (subgroups === null || subgroups.rows.length === 0) {
    return (
      <p className="text-sm text-muted-foreground">
        No subgroup has ten people in each arm and outcomes to compare. Choose another division, or wait for more people.
      </p>
    );
  }
  const arm = data.arms.find(({ id }) => id === data.arm)?.name ?? "";
  const text = (n: number): string => difference(n, measure, currency);
  const differs = subgroups.same !== null && subgroups.same < 0.05;
  return (
    <>
      <p className="text-sm text-pretty">
        {subgroups.same === null
          ? ""
          : differs
            ? `The effect differs between subgroups (p ${chance(subgroups.same)}). `
            : `Nothing speaks against the same effect in all subgroups (p ${chance(subgroups.same)}). `}
        <span className="text-muted-foreground">
          Subgroups are for finding the next question: p is corrected for their number by Holm, and stands for one look.
          {subgroups.hidden > 0 ? ` ${count(subgroups.hidden)} small ones are not shown.` : ""} Values are those of today.
        </span>
      </p>
      <Table aria-label="Subgroups">
        <TableHeader>
          <TableRow>
            <TableHead scope="col">Subgroup</TableHead>
            <TableHead scope="col" className="text-right">
              Control
            </TableHead>
            <TableHead scope="col" className="text-right">
              {arm}
            </TableHead>
            <TableHead scope="col" className="text-right">
              Difference (95 %)
            </TableHead>
            <TableHead scope="col" className="text-right">
              p
            </TableHead>
            <TableHead scope="col" className="text-right">
              p, corrected
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {subgroups.rows.map((row) => (
            <TableRow key={row.name}>
              <TableHead scope="row" className="max-w-64 truncate font-normal" title={row.name}>
                {row.name}
              </TableHead>
              {[row.control, row.treatment].map((side, i) => (
                <TableCell key={i === 0 ? "control" : "treatment"} className="text-right whitespace-nowrap tabular-nums">
                  {amount(side.mean, measure, currency)}
                  <span className="block text-xs text-muted-foreground">{count(side.people)} people</span>
                </TableCell>
              ))}
              <TableCell className="text-right whitespace-nowrap tabular-nums">
                {text(row.lift)}
                <span className="block text-xs text-muted-foreground">{range(row.interval, text)}</span>
              </TableCell>
              <TableCell className="text-right tabular-nums">{chance(row.p)}</TableCell>
              <TableCell className="text-right tabular-nums">{chance(row.adjustedP)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </>
  );
}
