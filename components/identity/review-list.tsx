"use client";

import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { IdentityReview } from "@/domain/identity/model";
import { formatTime } from "./format-time";

const number = new Intl.NumberFormat("en");

/** What identity resolution noticed, newest first. */
export function ReviewList({ review }: { review: IdentityReview }) {
  const [code, setCode] = useState("");
  const rows = code === "" ? review.rows : review.rows.filter((row) => row.code === code);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {review.rows.length === 0 ? (
        <Empty
          icon={CircleCheck}
          title="Nothing to review"
          description="Refused merges, limits, shared devices and new identifier types show up here."
        />
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <div className="w-full max-w-md">
              <NativeSelect aria-label="Show" value={code} onChange={(event) => setCode(event.target.value)}>
                <option value="">All notes</option>
                {review.counts.map((count) => (
                  <option key={count.code} value={count.code}>
                    {count.says} ({number.format(count.facts)})
                  </option>
                ))}
              </NativeSelect>
            </div>
            <p className="text-sm text-muted-foreground">The newest {number.format(review.rows.length)}</p>
          </div>
          <Table aria-label="Notes of identity resolution">
            <TableHeader>
              <TableRow>
                <TableHead>What</TableHead>
                <TableHead>Identifier</TableHead>
                <TableHead>People</TableHead>
                <TableHead>Source</TableHead>
                <TableHead className="text-right">Times</TableHead>
                <TableHead>First (UTC)</TableHead>
              </TableRow>
            </TableHeader>
            <TableBody>
              {rows.map((row) => (
                <TableRow key={row.id}>
                  <TableCell className="min-w-56">{row.says}</TableCell>
                  <TableCell>
                    <span className="flex max-w-72 items-center gap-2">
                      {row.type ? <Badge variant="outline">{row.type}</Badge> : null}
                      {row.value === null ? null : (
                        <span className="truncate font-mono text-xs" title={row.value}>
                          {row.value}
                        </span>
                      )}
                    </span>
                  </TableCell>
                  <TableCell className="whitespace-nowrap">
                    <span className="flex gap-2">
                      {[...new Set([row.profileId, row.otherProfileId])].map((id) =>
                        id === null ? null : (
                          <Link
                            key={id}
                            href={`/profiles/${id}`}
                            className="inline-flex min-h-6 min-w-6 items-center text-primary-text underline underline-offset-2"
                          >
                            {id}
                          </Link>
                        ),
                      )}
                    </span>
                  </TableCell>
                  <TableCell className="whitespace-nowrap">
                    {row.sourceId === null ? "" : (review.sources[row.sourceId]?.name ?? row.sourceId)}
                  </TableCell>
                  <TableCell className="text-right tabular-nums">{number.format(row.n)}</TableCell>
                  <TableCell className="whitespace-nowrap text-muted-foreground">{formatTime(row.at)}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </>
      )}
      <Card>
        <CardHeader>
          <CardTitle>Hits on blocked values</CardTitle>
          <CardDescription>In the last 30 days. A value with many hits is a mistake in some source.</CardDescription>
        </CardHeader>
        <CardContent>
          {review.blocked.length === 0 ? (
            <p className="text-sm text-muted-foreground">No message carried a blocked value.</p>
          ) : (
            <ul className="flex flex-wrap gap-2">
              {review.blocked.map((hit) => (
                <li key={`${hit.type}:${hit.value}`} className="flex max-w-full items-center gap-2 rounded-md border px-2 py-1 text-sm">
                  <Badge variant="outline">{hit.type}</Badge>
                  <span className="truncate font-mono text-xs">{hit.value}</span>
                  <span className="tabular-nums text-muted-foreground">{number.format(hit.n)}</span>
                </li>
              ))}
            </ul>
          )}
        </CardContent>
      </Card>
    </div>
  );
}
