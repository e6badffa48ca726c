"use client";

import { Plus, Send } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { formatCount } from "@/components/charts";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { BROADCAST_STATUS_LABELS } from "@/domain/broadcasts/model";
import type { BroadcastStatus, BroadcastSummary } from "@/domain/broadcasts/model";
import type { Result } from "@/domain/kernel/model";
import { CHANNEL_LABELS } from "@/domain/templates/model";

const VARIANTS = {
  draft: "outline",
  scheduled: "info",
  sending: "primary",
  paused: "warning",
  done: "success",
  cancelled: "default",
} as const;

export function StatusBadge({ status }: { status: BroadcastStatus }) {
  return <Badge variant={VARIANTS[status]}>{BROADCAST_STATUS_LABELS[status]}</Badge>;
}

/** All broadcasts with what became of them. */
export function BroadcastsScreen({
  broadcasts,
  create,
}: {
  broadcasts: readonly BroadcastSummary[];
  create: ((input: unknown) => Promise<Result<{ id: string }>>) | null;
}) {
  const [making, setMaking] = useState(false);
  const button = create ? (
    <Button onClick={() => setMaking(true)}>
      <Plus aria-hidden />
      New broadcast
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader title="Broadcasts" description="One message to everybody in an audience, each person once." actions={button} />
      {broadcasts.length === 0 ? (
        <Empty
          icon={Send}
          title="No broadcasts yet"
          description="Choose segments and a template; the checklist says who would get it before anything leaves."
        />
      ) : (
        <Table aria-label="Broadcasts">
          <TableHeader>
            <TableRow>
              <TableHead>Broadcast</TableHead>
              <TableHead>Status</TableHead>
              <TableHead>Channel</TableHead>
              <TableHead className="text-right">Audience</TableHead>
              <TableHead className="text-right">Sent</TableHead>
              <TableHead className="text-right">Waiting</TableHead>
              <TableHead className="text-right">Not sent</TableHead>
              <TableHead>Starts</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {broadcasts.map((one) => (
              <TableRow key={one.id}>
                <TableCell className="max-w-80">
                  <Link href={`/broadcasts/${one.id}`} className="block truncate font-medium underline-offset-4 hover:underline">
                    {one.name}
                  </Link>
                </TableCell>
                <TableCell>
                  <StatusBadge status={one.status} />
                </TableCell>
                <TableCell className="text-muted-foreground">{CHANNEL_LABELS[one.channel]}</TableCell>
                <TableCell className="text-right tabular-nums">{one.audience === null ? "–" : formatCount(one.audience)}</TableCell>
                <TableCell className="text-right tabular-nums">{formatCount(one.sent)}</TableCell>
                <TableCell className="text-right tabular-nums">{formatCount(one.queued)}</TableCell>
                <TableCell className="text-right tabular-nums">{formatCount(one.notSent)}</TableCell>
                <TableCell className="whitespace-nowrap text-muted-foreground">
                  {one.startsAt === null ? "–" : <Time iso={one.startsAt} />}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {create && making ? <NewBroadcast create={create} onClose={() => setMaking(false)} /> : null}
    </>
  );
}

function NewBroadcast({ create, onClose }: { create: (input: unknown) => Promise<Result<{ id: string }>>; onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState("");
  const { run, pending, fields } = useAction(create, { inline: true, onSuccess: ({ id }) => router.push(`/broadcasts/${id}`) });
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>New broadcast</DialogTitle>
          <DialogDescription>A draft: nothing leaves before you launch it.</DialogDescription>
        </DialogHeader>
        <form
          id="new-broadcast"
          onSubmit={(event) => {
            event.preventDefault();
            void run({ name });
          }}
        >
          <Field label="Name" error={fields["name"]}>
            <Input value={name} required maxLength={120} onChange={(event) => setName(event.target.value)} />
          </Field>
        </form>
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="new-broadcast" pending={pending}>
            Create broadcast
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
