"use client";

import { CircleCheck, KeyRound, Radio } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import type { SourceType } from "@/domain/sources/model";
import { Snippets } from "./snippets-panel";
import { useMessageStream } from "./use-message-stream";

/** After a source was made: its key, how to use it, and whether something arrived. */
export function ConnectPanel(props: { source: { id: string; name: string; type: SourceType }; writeKey: string; origin: string | null }) {
  const { source, writeKey, origin } = props;
  return (
    <div className="grid max-w-4xl gap-5">
      <Card>
        <CardHeader>
          <CardTitle className="flex items-center gap-2">
            <KeyRound aria-hidden className="size-4 text-muted-foreground" />
            Write key of {source.name}
          </CardTitle>
          <CardDescription>
            Copy it now: it is stored hashed and cannot be shown again. It can send events and read nothing.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <WriteKey value={writeKey} />
        </CardContent>
      </Card>
      <WaitingForEvents sourceId={source.id} />
      <Card>
        <CardHeader>
          <CardTitle>Send your first event</CardTitle>
          <CardDescription>SDKs of Segment and RudderStack work unchanged: only the host differs.</CardDescription>
        </CardHeader>
        <CardContent>
          <Snippets type={source.type} writeKey={writeKey} origin={origin} />
        </CardContent>
      </Card>
      <div className="flex flex-wrap gap-2">
        <Button asChild>
          <Link href={`/sources/${source.id}`}>Open the source</Link>
        </Button>
        <Button asChild variant="outline">
          <Link href={`/sources/${source.id}/debugger`}>Watch messages arrive</Link>
        </Button>
        {source.type === "csv" && (
          <Button asChild variant="outline">
            <Link href={`/imports/new?source=${source.id}`}>Import a file</Link>
          </Button>
        )}
      </div>
    </div>
  );
}

/** A key in full with a copy button; the only place where it is ever shown. */
export function WriteKey({ value }: { value: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border bg-muted px-3 py-2">
      <code data-testid="write-key" className="min-w-0 flex-1 font-mono text-sm break-all select-all">
        {value}
      </code>
      <CopyButton text={value} variant="outline" size="sm">
        Copy key
      </CopyButton>
    </div>
  );
}

/** Turns green by itself when the first message arrives; says so when that one was rejected. */
export function WaitingForEvents({ sourceId }: { sourceId: string }) {
  const { items, state } = useMessageStream(sourceId, { keep: 5 });
  const accepted = items.find((item) => item.kind === "accepted");
  const rejected = items.find((item) => item.kind === "rejected");
  if (accepted) {
    return (
      <p role="status" className="flex items-center gap-2 rounded-lg border bg-success-soft px-4 py-3 text-sm text-success-text">
        <CircleCheck aria-hidden className="size-4 shrink-0" />
        <span>
          <b className="font-medium">It works.</b> First event received: {accepted.type}
          {accepted.name ? ` “${accepted.name}”` : ""}.
        </span>
      </p>
    );
  }
  if (rejected) {
    return (
      <p role="status" className="rounded-lg border bg-warning-soft px-4 py-3 text-sm text-warning-text">
        A message arrived and was rejected: {rejected.reason}{" "}
        <Link className="underline" href={`/sources/${sourceId}/rejected`}>
          See rejected messages
        </Link>
      </p>
    );
  }
  return (
    <p role="status" className="flex items-center gap-2 rounded-lg border px-4 py-3 text-sm text-muted-foreground">
      <Radio aria-hidden className="size-4 shrink-0 animate-pulse" />
      {state === "failed" ? "The live view is not reachable. Reload the page to go on waiting." : "Waiting for the first event…"}
    </p>
  );
}
