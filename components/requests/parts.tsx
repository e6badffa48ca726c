"use client";

import { useSyncExternalStore } from "react";
import { Badge } from "@/components/ui/badge";
import { CopyButton } from "@/components/ui/copy-button";
import { Input } from "@/components/ui/input";
import { daysLeft, OPEN_STATUSES, REQUEST_STATUS_LABELS, type RequestStatus, type RequestSummary } from "@/domain/governance/model";
import { moment } from "./parts-text";

const VARIANTS: Record<RequestStatus, "default" | "info" | "warning" | "success" | "destructive"> = {
  unverified: "warning",
  open: "info",
  running: "info",
  completed: "success",
  rejected: "default",
  cancelled: "default",
  failed: "destructive",
};

export function RequestStatusBadge({ status }: { status: RequestStatus }) {
  return (
    <Badge variant={VARIANTS[status]} dot={status === "running"}>
      {REQUEST_STATUS_LABELS[status]}
    </Badge>
  );
}

const hour = () => Math.floor(Date.now() / 60_000) * 60_000;
const everyMinute = (notify: () => void) => {
  const timer = setInterval(notify, 60_000);
  return () => clearInterval(timer);
};

/** "12 days left", while the clock of the law runs. */
export function Deadline({ request }: { request: Pick<RequestSummary, "status" | "receivedAt" | "dueAt"> }) {
  const now = useSyncExternalStore(everyMinute, hour, () => 0);
  if (!OPEN_STATUSES.includes(request.status) || now === 0) return null;
  const left = daysLeft(new Date(request.receivedAt), new Date(request.dueAt), new Date(now));
  const variant = left.tone === "late" ? "destructive" : left.tone === "soon" ? "warning" : "default";
  return <Badge variant={variant}>{left.says}</Badge>;
}

const noChanges = () => () => {};

/** A link for the person, to copy and send. */
export function SubjectLinkBox({ path, expiresAt, does }: { path: string; expiresAt: string; does: string }) {
  const origin = useSyncExternalStore(
    noChanges,
    () => window.location.origin,
    () => "",
  );
  const url = `${origin}${path}`;
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap gap-2">
        <Input
          readOnly
          value={url}
          aria-label="Link for the person"
          className="min-w-48 flex-1 font-mono text-xs"
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={url} variant="default">
          Copy link
        </CopyButton>
      </div>
      <p className="text-xs text-muted-foreground">
        {does} Works until {moment(expiresAt)}. Tributary has no mail server yet: send it yourself, to an address that you know is theirs.
      </p>
    </div>
  );
}
