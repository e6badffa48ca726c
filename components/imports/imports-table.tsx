"use client";

import { useQuery } from "@tanstack/react-query";
import { FileSpreadsheet, Upload } from "lucide-react";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { IMPORT_KIND_LABELS, type ImportListItem } from "@/domain/imports/model";
import { fetchImports } from "./fetch-import";
import { bytesText, count, isUnderWay, STATUS_LABELS, STATUS_VARIANTS, visible, when } from "./format";

export function ImportsTable({ initial, mayImport }: { initial: ImportListItem[]; mayImport: boolean }) {
  const { data } = useQuery({
    queryKey: ["imports"],
    queryFn: ({ signal }) => fetchImports(signal),
    initialData: initial,
    refetchInterval: (query) => (query.state.data?.some((item) => isUnderWay(item.status)) ? 1500 : false),
  });
  if (data.length === 0) {
    return (
      <Empty
        icon={FileSpreadsheet}
        title="No file imported yet"
        description="Bring in customers from a CRM, orders from a shop, or events from anywhere as CSV: any encoding, any script, up to 5 GB. You see what would happen before anything is written."
        actions={
          mayImport ? (
            <Button asChild>
              <Link href="/imports/new">
                <Upload aria-hidden /> Import a file
              </Link>
            </Button>
          ) : null
        }
      />
    );
  }
  return (
    <Table aria-label="Imports">
      <TableCaption className="sr-only">Imports, newest first</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>File</TableHead>
          <TableHead>Status</TableHead>
          <TableHead>Source</TableHead>
          <TableHead className="text-right">Rows</TableHead>
          <TableHead className="text-right">New messages</TableHead>
          <TableHead className="text-right">Rejected rows</TableHead>
          <TableHead>Started</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {data.map((item) => (
          <TableRow key={item.id}>
            <TableCell className="max-w-80">
              <Link href={`/imports/${item.id}`} className="block truncate font-medium hover:underline" title={visible(item.fileName)}>
                <bdi>{visible(item.fileName)}</bdi>
              </Link>
              <span className="text-xs text-muted-foreground tabular-nums">
                {item.kind ? `${IMPORT_KIND_LABELS[item.kind]}, ` : ""}
                {bytesText(item.fileBytes)}
              </span>
            </TableCell>
            <TableCell>
              <Badge variant={STATUS_VARIANTS[item.status]} dot={isUnderWay(item.status)}>
                {STATUS_LABELS[item.status]}
              </Badge>
            </TableCell>
            <TableCell className="max-w-48 truncate">{item.source.name}</TableCell>
            <TableCell className="text-right tabular-nums">{item.rows > 0 ? count(item.rows) : "–"}</TableCell>
            <TableCell className="text-right tabular-nums">
              {item.status === "done" || item.accepted > 0 ? count(item.accepted) : "–"}
            </TableCell>
            <TableCell className={`text-right tabular-nums ${item.rejected > 0 ? "text-destructive-text" : ""}`}>
              {item.rows > 0 ? count(item.rejected) : "–"}
            </TableCell>
            <TableCell className="whitespace-nowrap">
              <time dateTime={item.createdAt} suppressHydrationWarning>
                {when(item.createdAt)}
              </time>
              {item.createdBy ? <span className="block text-xs text-muted-foreground">{item.createdBy}</span> : null}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
