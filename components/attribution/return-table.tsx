import Link from "next/link";
import { formatMoney } from "@/components/layout/money";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ReportRow } from "@/domain/attribution/model";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

export interface ReturnTableProps {
  label: string;
  first: string;
  rows: readonly ReportRow[];
  currency: string;
  /** Rows shown; the others are counted below. */
  most: number;
  /** Address of a row's own page. */
  hrefOf?: (name: string) => string | null;
}

/** Spend, credit, return and cost per conversion of channels or campaigns. Without spend there is no ratio. */
export function ReturnTable({ label, first, rows, currency, most, hrefOf }: ReturnTableProps) {
  const shown = rows.slice(0, most);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <Table aria-label={label}>
        <TableHeader>
          <TableRow>
            <TableHead>{first}</TableHead>
            <TableHead className="text-right">Spend</TableHead>
            <TableHead className="text-right">Credited</TableHead>
            <TableHead className="text-right">ROAS</TableHead>
            <TableHead className="text-right">Conversions</TableHead>
            <TableHead className="text-right">Cost each</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {shown.map((row) => {
            const credit = row.credits[0] ?? { conversions: 0, value: 0 };
            const spend = row.spend ?? 0;
            const href = hrefOf?.(row.name) ?? null;
            return (
              <TableRow key={row.name}>
                <TableHead scope="row" className="max-w-56 truncate font-normal" title={row.name}>
                  {href === null ? (
                    row.name
                  ) : (
                    <Link href={href} className="underline-offset-4 hover:underline">
                      {row.name}
                    </Link>
                  )}
                </TableHead>
                <TableCell className="text-right whitespace-nowrap tabular-nums">
                  {spend === 0 ? "–" : formatMoney(spend, currency)}
                </TableCell>
                <TableCell className="text-right whitespace-nowrap tabular-nums">{formatMoney(credit.value, currency)}</TableCell>
                <TableCell className="text-right tabular-nums">{spend === 0 ? "–" : (credit.value / spend).toFixed(2)}</TableCell>
                <TableCell className="text-right tabular-nums">{number.format(credit.conversions)}</TableCell>
                <TableCell className="text-right whitespace-nowrap tabular-nums">
                  {spend === 0 || credit.conversions < 0.05 ? "–" : formatMoney(spend / credit.conversions, currency)}
                </TableCell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
      {rows.length > shown.length ? (
        <p className="text-xs text-muted-foreground">{`${rows.length - shown.length} more are not listed.`}</p>
      ) : null}
    </div>
  );
}
