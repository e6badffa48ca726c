"use client";

import { BadgeCheck, Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import type { ErasureCertificate } from "@/domain/governance/model";
import { moment, tableName, typeName } from "./parts-text";

/** The proof of an erasure, for reading and for an auditor's file. */
export function Certificate({ certificate }: { certificate: ErasureCertificate }) {
  const { body, hash, auditSeq } = certificate;
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(certificate, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `erasure-${body.request}.json`;
    link.click();
    URL.revokeObjectURL(url);
  };
  const removed = Object.entries(body.removed).toSorted(([, a], [, b]) => b - a);
  const texts = Object.entries(body.inTexts.removed);
  return (
    <Card>
      <CardHeader>
        <CardTitle className="flex items-center gap-2">
          <BadgeCheck aria-hidden className="size-4 text-success-text" /> Certificate of erasure
        </CardTitle>
        <CardDescription>
          Erased {moment(body.erasedAt)}, complete {moment(body.completedAt)}. Entry {auditSeq} of the audit log carries its hash.
        </CardDescription>
        <CardAction>
          <Button variant="outline" size="sm" onClick={save}>
            <Download aria-hidden /> Save as JSON
          </Button>
        </CardAction>
      </CardHeader>
      <CardContent className="grid gap-4 text-sm">
        <p>
          {body.profiles} {body.profiles === 1 ? "profile" : "profiles"},{" "}
          {Object.entries(body.identifiers)
            .map(([type, n]) => `${n} × ${typeName(type)}`)
            .join(", ")}
          . {body.suppressed ? "Later data of the person are not stored." : "Later data of the person are taken in again."}
        </p>
        <ul aria-label="Removed, by table" className="grid gap-x-6 gap-y-1 sm:grid-cols-2">
          {removed.map(([table, n]) => (
            <li key={table} className="flex justify-between gap-2 border-b border-dashed pb-1">
              <span>{tableName(table)}</span>
              <span className="tabular-nums">{n.toLocaleString("en-GB")} rows</span>
            </li>
          ))}
        </ul>
        {texts.length > 0 ? (
          <p>
            In texts, samples and messages of others{body.inTexts.people > 1 ? `, for all ${body.inTexts.people} people of the batch` : ""}:{" "}
            {texts.map(([table, n]) => `${tableName(table)} ${n}`).join(", ")}.
          </p>
        ) : null}
        <p>
          Checked: {body.verification.tables} tables looked through as a whole, {body.verification.left} mentions left
          {body.verification.skipped.length > 0 ? `; too large for that: ${body.verification.skipped.join(", ")}` : ""}.
        </p>
        <p className="text-xs text-muted-foreground">{body.remains}</p>
        <div className="flex flex-wrap items-center gap-2 text-xs text-muted-foreground">
          <span className="font-mono break-all">sha256 {hash}</span>
          <CopyButton text={hash} size="sm" variant="outline">
            Copy hash
          </CopyButton>
        </div>
      </CardContent>
    </Card>
  );
}
