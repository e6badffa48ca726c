"use client";

import { useRouter } from "next/navigation";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { SessionInfo } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";
import { describeAgent } from "./describe-agent";

export interface SessionsTableProps {
  sessions: readonly SessionInfo[];
  /** Shows whose session it is. */
  withMember?: boolean;
  end: (input: { id: string }) => Promise<Result<{ id: string }>>;
}

export function SessionsTable({ sessions, withMember = false, end }: SessionsTableProps) {
  return (
    <Table aria-label="Sessions">
      <TableCaption className="sr-only">Sessions that stand, newest use first</TableCaption>
      <TableHeader>
        <TableRow>
          {withMember ? <TableHead>Member</TableHead> : null}
          <TableHead>Browser</TableHead>
          <TableHead>Address</TableHead>
          <TableHead>Last used</TableHead>
          <TableHead>Signed in</TableHead>
          <TableHead className="text-right">
            <span className="sr-only">Actions</span>
          </TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {sessions.map((session) => (
          <TableRow key={session.id}>
            {withMember ? (
              <TableCell>
                <span className="block max-w-56 truncate font-medium">{session.userName}</span>
                <span className="block max-w-56 truncate text-xs text-muted-foreground">{session.userEmail}</span>
              </TableCell>
            ) : null}
            <TableCell className="whitespace-nowrap">
              <span className="inline-flex items-center gap-2">
                {describeAgent(session.userAgent)}
                {session.current ? <Badge variant="primary">This one</Badge> : null}
              </span>
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">{session.address ?? "Unknown"}</TableCell>
            <TableCell className="whitespace-nowrap">
              <Time iso={session.lastSeenAt} />
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">
              <Time iso={session.createdAt} />
            </TableCell>
            <TableCell className="text-right">{session.current ? null : <EndButton session={session} end={end} />}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function EndButton({ session, end }: { session: SessionInfo; end: SessionsTableProps["end"] }) {
  const router = useRouter();
  const { run, pending } = useAction(end, { success: "Session ended", onSuccess: () => router.refresh() });
  return (
    <Button
      variant="outline"
      size="sm"
      pending={pending}
      aria-label={`End the session of ${session.userName} in ${describeAgent(session.userAgent)}`}
      onClick={() => void run({ id: session.id })}
    >
      End
    </Button>
  );
}
