"use client";

import { useQuery } from "@tanstack/react-query";
import { Check, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { MailFrame } from "@/components/layout/mail-frame";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { SIGNAL_LABELS } from "@/domain/channels/model";
import type { Result } from "@/domain/kernel/model";
import { CHANNEL_LABELS } from "@/domain/messages/model";
import type { MessageDetail } from "@/domain/messages/model";
import type { MessagesScreenProps } from "./messages-screen";
import { titleOf, whyOf, wordOf } from "./words";

async function load(id: number): Promise<MessageDetail> {
  const answer = (await (await fetch(`/api/messages/${id}`)).json()) as Result<MessageDetail>;
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.data;
}

/** One message: what it says, and what happened to it. */
export function MessageSheet({ id, review, close }: { id: number; review: MessagesScreenProps["review"]; close(): void }) {
  const { data, error } = useQuery({ queryKey: ["message", id], queryFn: () => load(id), retry: false });
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : close())}>
      <SheetContent className="sm:max-w-2xl">
        <SheetHeader>
          <SheetTitle>{data ? titleOf(data) : `Message ${id}`}</SheetTitle>
          <SheetDescription>
            {data
              ? `${CHANNEL_LABELS[data.channel]} to ${data.name ?? `person ${data.profileId}`}`
              : "What it says and what happened to it"}
          </SheetDescription>
        </SheetHeader>
        <div className="grid content-start gap-5 overflow-y-auto px-1 pb-4">
          {error ? (
            <p role="alert" className="text-sm text-destructive-text">
              {error.message}
            </p>
          ) : data ? (
            <Detail message={data} />
          ) : (
            <Skeleton className="h-96 w-full" />
          )}
        </div>
        {data?.state === "review" && review !== null ? <Decide id={id} review={review} close={close} /> : null}
      </SheetContent>
    </Sheet>
  );
}

function Decide({ id, review, close }: { id: number; review: NonNullable<MessagesScreenProps["review"]>; close(): void }) {
  const router = useRouter();
  const done = (): void => {
    close();
    router.refresh();
  };
  const approve = useAction(review.approve, { success: "Message approved", onSuccess: done });
  const discard = useAction(review.discard, { success: "Message discarded", onSuccess: done });
  return (
    <SheetFooter>
      <Button disabled={approve.pending || discard.pending} onClick={() => void approve.run({ ids: [id] })}>
        <Check aria-hidden /> Approve message
      </Button>
      <Button variant="outline" disabled={approve.pending || discard.pending} onClick={() => void discard.run({ ids: [id] })}>
        <Trash2 aria-hidden /> Discard message
      </Button>
    </SheetFooter>
  );
}

function Detail({ message }: { message: MessageDetail }) {
  const why = whyOf(message);
  return (
    <>
      <div className="grid gap-1">
        <Badge variant={message.state === "sent" ? "success" : message.state === "review" ? "warning" : "default"}>{wordOf(message)}</Badge>
        {why === null ? null : <p className="text-sm">{why}</p>}
        {message.account === null ? null : <p className="text-sm text-muted-foreground">By {message.account}</p>}
      </div>
      <section aria-label="Preview" className="grid gap-2">
        <h3 className="text-sm font-medium">{message.state === "sent" ? "As it was sent" : "Preview"}</h3>
        {message.preview === null ? (
          <p className="text-sm text-muted-foreground">{message.noPreview}</p>
        ) : (
          <Preview preview={message.preview} />
        )}
      </section>
      {message.tries.length === 0 ? null : (
        <section aria-label="Tries" className="grid gap-1">
          <h3 className="text-sm font-medium">Tries</h3>
          <ol className="grid gap-1 text-sm">
            {message.tries.map((one) => (
              <li key={one.attempt} className="rounded-md border px-3 py-2">
                <span className="tabular-nums">{one.attempt}.</span> {one.account ?? "Built in"}, <Time iso={one.startedAt} />:{" "}
                {one.finishedAt === null ? "not finished" : one.result === "ok" ? "taken" : (one.error ?? one.result)}
                {one.status === null ? "" : ` (${one.status})`}
              </li>
            ))}
          </ol>
        </section>
      )}
      {message.history.length === 0 ? null : (
        <section aria-label="Afterwards" className="grid gap-1">
          <h3 className="text-sm font-medium">Afterwards</h3>
          <ul className="grid gap-1 text-sm">
            {message.history.map((one) => (
              <li key={`${one.kind}${one.at}${one.machine}`}>
                {SIGNAL_LABELS[one.kind]}
                {one.machine ? " by a machine" : ""}, <Time iso={one.at} />
                {one.detail === null ? "" : `: ${one.detail}`}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Preview({ preview }: { preview: NonNullable<MessageDetail["preview"]> }) {
  return (
    <div className="grid gap-2">
      {preview.subject ? <p className="text-sm font-medium">{preview.subject}</p> : null}
      {preview.html === null ? (
        <pre className="rounded-md border bg-card p-3 text-sm whitespace-pre-wrap">{preview.text}</pre>
      ) : (
        // No scripts, no forms, no network: a message cannot act here, and looking at it is no open.
        <MailFrame html={preview.html} title="Preview of the message" width={1_200} height={448} className="w-full rounded-md border" />
      )}
      {preview.link === null ? null : <p className="truncate text-xs text-muted-foreground">Leads to {preview.link}</p>}
    </div>
  );
}
