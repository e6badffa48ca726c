"use client";

import { BadgeCheck } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { GATE_REASON_LABELS } from "@/domain/consent/model";
import { REQUEST_KIND_LABELS, type RequestView } from "@/domain/governance/model";
import { moment } from "./parts-text";

/** What a standing refusal changed for each purpose, and its hash for an auditor. */
export function StandingProof({ standing }: { standing: NonNullable<RequestView["standing"]> }) {
  const { body, hash, endedAt } = standing;
  const stopped = body.purposes.filter(({ before, after }) => before && !after).length;
  return (
    <Card>
      <CardHeader>
        <CardTitle className="flex items-center gap-2">
          <BadgeCheck aria-hidden className="size-4 text-success-text" /> Certificate: {REQUEST_KIND_LABELS[body.kind].toLowerCase()}
        </CardTitle>
        <CardDescription>
          In force since {moment(body.inForceSince)}
          {endedAt === null ? "" : `, ended ${moment(endedAt)}`}. It stopped {stopped} of {body.purposes.length} purposes for this person;
          purposes that are added later follow it too.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4 text-sm">
        <ul aria-label="Purposes at that time" className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2">
          {body.purposes.map(({ purpose, name, before, after, reason }) => (
            <li key={purpose} className="flex flex-wrap items-center justify-between gap-2 border-b border-dashed pb-1">
              <span className="min-w-0 break-words">{name}</span>
              <Badge variant={after ? "success" : before ? "destructive" : "default"}>
                {after ? "Still allowed" : before ? `Stopped: ${GATE_REASON_LABELS[reason].toLowerCase()}` : "Not allowed before either"}
              </Badge>
            </li>
          ))}
        </ul>
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
