import Link from "next/link";
import type { ReactNode } from "react";
import { Card, CardContent } from "@/components/ui/card";

/** Labels and what stands behind them, a line each. */
export function FactList({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid gap-1.5 text-sm">
      {rows.map(([label, value]) => (
        <div key={label} className="flex items-baseline justify-between gap-3">
          <dt className="shrink-0 text-muted-foreground">{label}</dt>
          <dd className="text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Ref {
  readonly id: string;
  readonly name: string;
  /** Absent where all are segments. */
  readonly kind?: "segment" | "trait";
}

/** Segments and computed traits that use this one, or that it uses. */
export function RefsCard({ title, none, refs }: { title: string; none: string; refs: readonly Ref[] }) {
  return (
    <Card>
      <CardContent className="grid gap-1 pt-4 text-sm">
        <h2 className="font-medium">{title}</h2>
        {refs.length === 0 ? (
          <p className="text-muted-foreground">{none}</p>
        ) : (
          <ul>
            {refs.map(({ id, name, kind }) => (
              <li key={id}>
                <Link href={kind === "trait" ? `/segments/traits/${id}` : `/segments/${id}`} className="text-primary-text hover:underline">
                  {name}
                </Link>
                {kind === undefined ? null : (
                  <span className="text-muted-foreground"> {kind === "segment" ? "segment" : "computed trait"}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}
