"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { postJson } from "@/components/layout/fetch-json";
import { useDebounced } from "@/components/layout/use-debounced";
import type { Content, MissingShare, Problem } from "@/domain/templates/model";

export interface Checked {
  readonly problems: readonly Problem[];
  readonly missing: readonly MissingShare[];
}

/** Checks of the draft, as it stands still for a moment. */
export function useChecks(content: Content): { data: Checked | undefined; error: Error | null } {
  const draft = useDebounced(JSON.stringify({ content }), 600);
  const { data, error } = useQuery({
    queryKey: ["templates", "check", draft],
    queryFn: ({ signal }) => postJson<Checked>("/api/templates/check", JSON.parse(draft), signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return { data, error };
}

const ICONS = {
  error: <CircleAlert aria-label="Error" className="mt-0.5 size-4 shrink-0 text-destructive-text" />,
  warning: <TriangleAlert aria-label="Warning" className="mt-0.5 size-4 shrink-0 text-warning-text" />,
  hint: <Info aria-label="Hint" className="mt-0.5 size-4 shrink-0 text-muted-foreground" />,
};

export function ProblemsPanel({ checked, error, several }: { checked: Checked | undefined; error: Error | null; several: boolean }) {
  return (
    <section aria-labelledby="problems" className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-card p-3">
      <h2 id="problems" className="text-sm font-medium">
        Checks
      </h2>
      {error ? <p role="alert">{error.message}</p> : null}
      {checked?.problems.length === 0 ? (
        <p className="flex items-center gap-2 text-sm text-muted-foreground">
          <CircleCheck aria-hidden className="size-4 text-success-text" />
          Nothing to complain about.
        </p>
      ) : null}
      <ul className="grid gap-1.5 text-sm">
        {checked?.problems.map((problem) => (
          <li key={`${problem.language}${problem.blockId}${problem.message}`} className="flex gap-2">
            {ICONS[problem.level]}
            <span>
              {several && problem.language !== null ? <span className="text-muted-foreground">{problem.language}: </span> : null}
              {problem.message}
            </span>
          </li>
        ))}
      </ul>
      {checked !== undefined && checked.missing.length > 0 ? (
        <table className="mt-1 text-sm">
          <caption className="pb-1 text-left text-xs text-muted-foreground">Variables, and how many known people lack them now</caption>
          <tbody>
            {checked.missing.map((one) => (
              <tr key={one.path}>
                <th scope="row" className="py-0.5 pr-3 text-left font-normal break-all">
                  {one.path}
                </th>
                <td className="py-0.5 text-right whitespace-nowrap tabular-nums">
                  {one.missing} of {one.people}
                  {one.fallback ? <span className="text-muted-foreground"> · fallback</span> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  );
}
