"use client";

import { Ellipsis, Link2, ShieldCheck, ShieldOff, UserCheck, UserPlus, UserX } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { useViewer } from "@/components/layout/viewer";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { ROLE_LABELS, ROLES, USER_STATUS_LABELS, type Member, type OneTimeLink, type Role } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";
import { InviteDialog, type Invite } from "./invite-dialog";
import { OneTimeLinkBox } from "./one-time-link";

type Act<I, O> = (input: I) => Promise<Result<O>>;

export interface MembersProps {
  members: readonly Member[];
  invite: Act<Invite, { member: Member; link: OneTimeLink }>;
  update: Act<{ id: string; role?: Role; seesPersonalData?: boolean; status?: "active" | "disabled" }, Member>;
  makeLink: Act<{ id: string }, OneTimeLink>;
  removeInvitation: Act<{ id: string }, { id: string }>;
  resetFactor: Act<{ id: string }, { sessionsEnded: number }>;
}

export function InviteButton({ invite }: Pick<MembersProps, "invite">) {
  const [open, setOpen] = useQueryState("invite", parseAsBoolean.withDefault(false));
  return (
    <>
      <Button onClick={() => void setOpen(true)}>
        <UserPlus aria-hidden />
        Invite member
      </Button>
      <InviteDialog open={open} onOpenChange={(next) => void setOpen(next || null)} invite={invite} />
    </>
  );
}

export function MembersTable({ members, ...changes }: Omit<MembersProps, "invite">) {
  return (
    <Table aria-label="Members">
      <TableCaption className="sr-only">Members of this install</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>Member</TableHead>
          <TableHead>Role</TableHead>
          <TableHead>Sees personal data</TableHead>
          <TableHead>Status</TableHead>
          <TableHead>Last sign-in</TableHead>
          <TableHead>
            <span className="sr-only">Actions</span>
          </TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {members.map((member) => (
          <MemberRow key={member.id} member={member} {...changes} />
        ))}
      </TableBody>
    </Table>
  );
}

/** What is asked before it is done. */
const ASKED = {
  remove: {
    title: (name: string) => `Take back the invitation of ${name}?`,
    text: "The link stops working. You can invite the same address again.",
    button: "Take back",
  },
  disable: {
    title: (name: string) => `Disable ${name}?`,
    text: "All sessions end now, and signing in is refused. What they made stays. You can enable them again.",
    button: "Disable member",
  },
  factor: {
    title: (name: string) => `Reset the second factor of ${name}?`,
    text: "For somebody who has lost the device and the recovery codes. All sessions end now; the password alone lets them in until they set up a new one.",
    button: "Reset second factor",
  },
} as const;

const STATUS_VARIANT = { active: "success", invited: "info", disabled: "default" } as const;

function MemberRow({
  member,
  update,
  makeLink,
  removeInvitation,
  resetFactor,
}: { member: Member } & Omit<MembersProps, "invite" | "members">) {
  const viewer = useViewer();
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const [asking, setAsking] = useState<"disable" | "remove" | "factor" | null>(null);
  const done = () => {
    setAsking(null);
  };
  const change = useAction(update, { success: (after) => `${after.name} changed`, onSuccess: done });
  const linking = useAction(makeLink, { onSuccess: setLink });
  const removing = useAction(removeInvitation, { success: "Invitation taken back", onSuccess: done });
  const resetting = useAction(resetFactor, { success: `The second factor of ${member.name} is gone`, onSuccess: done });
  const own = viewer.id === member.id;
  const fixed = own || member.status === "disabled" || change.pending;

  return (
    <TableRow>
      <TableCell>
        <span className="flex items-center gap-2.5">
          <Avatar name={member.name} />
          <span className="min-w-0">
            <span className="flex items-center gap-1.5 font-medium">
              <span className="max-w-52 truncate">{member.name}</span>
              {own ? <Badge variant="primary">You</Badge> : null}
              {member.isDemo ? <Badge>Demo</Badge> : null}
              {member.hasSecondFactor ? <ShieldCheck aria-label="Has a second factor" className="size-4 text-success-text" /> : null}
            </span>
            <span className="block max-w-60 truncate text-xs text-muted-foreground">{member.email}</span>
          </span>
        </span>
      </TableCell>
      <TableCell>
        <NativeSelect
          aria-label={`Role of ${member.name}`}
          value={member.role}
          disabled={fixed}
          className="h-7 w-32"
          onChange={(event) => void change.run({ id: member.id, role: event.currentTarget.value as Role })}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {ROLE_LABELS[role]}
            </option>
          ))}
        </NativeSelect>
      </TableCell>
      <TableCell>
        {member.role === "manager" ? (
          <span className="text-muted-foreground">Never</span>
        ) : (
          <Switch
            aria-label={`${member.name} sees personal data`}
            checked={member.seesPersonalData}
            disabled={fixed}
            onCheckedChange={(seesPersonalData) => void change.run({ id: member.id, seesPersonalData })}
          />
        )}
      </TableCell>
      <TableCell>
        <Badge variant={STATUS_VARIANT[member.status]} dot>
          {USER_STATUS_LABELS[member.status]}
        </Badge>
      </TableCell>
      <TableCell className="whitespace-nowrap text-muted-foreground">
        {member.lastSignInAt ? <Time iso={member.lastSignInAt} /> : "Never"}
      </TableCell>
      <TableCell className="text-right">
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${member.name}`}>
              <Ellipsis aria-hidden />
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="end" className="w-56">
            {member.status === "disabled" ? (
              <DropdownMenuItem onSelect={() => void change.run({ id: member.id, status: "active" })}>
                <UserCheck aria-hidden />
                Enable member
              </DropdownMenuItem>
            ) : (
              <>
                <DropdownMenuItem onSelect={() => void linking.run({ id: member.id })}>
                  <Link2 aria-hidden />
                  {member.status === "invited" ? "New invitation link" : "Password reset link"}
                </DropdownMenuItem>
                {own || !member.hasSecondFactor ? null : (
                  <DropdownMenuItem onSelect={() => setAsking("factor")}>
                    <ShieldOff aria-hidden />
                    Reset second factor
                  </DropdownMenuItem>
                )}
                {own ? null : (
                  <>
                    <DropdownMenuSeparator />
                    <DropdownMenuItem variant="destructive" onSelect={() => setAsking(member.status === "invited" ? "remove" : "disable")}>
                      <UserX aria-hidden />
                      {member.status === "invited" ? "Take invitation back" : "Disable member"}
                    </DropdownMenuItem>
                  </>
                )}
              </>
            )}
          </DropdownMenuContent>
        </DropdownMenu>

        <Dialog open={link !== null} onOpenChange={(open) => !open && setLink(null)}>
          <DialogContent className="text-left">
            <DialogHeader>
              <DialogTitle>{member.status === "invited" ? "Invitation link" : "Password reset link"}</DialogTitle>
              <DialogDescription>
                Send this to {member.name}.{" "}
                {member.status === "invited" ? "Earlier links no longer work." : "It lets them set a new password."}
              </DialogDescription>
            </DialogHeader>
            {link ? <OneTimeLinkBox link={link} /> : null}
          </DialogContent>
        </Dialog>

        <AlertDialog open={asking !== null} onOpenChange={(open) => !open && setAsking(null)}>
          <AlertDialogContent className="text-left">
            <AlertDialogHeader>
              <AlertDialogTitle>{asking === null ? null : ASKED[asking].title(member.name)}</AlertDialogTitle>
              <AlertDialogDescription>{asking === null ? null : ASKED[asking].text}</AlertDialogDescription>
            </AlertDialogHeader>
            <AlertDialogFooter>
              <AlertDialogCancel />
              <Button
                variant="destructive"
                pending={change.pending || removing.pending || resetting.pending}
                onClick={() => {
                  if (asking === "remove") void removing.run({ id: member.id });
                  else if (asking === "factor") void resetting.run({ id: member.id });
                  else void change.run({ id: member.id, status: "disabled" });
                }}
              >
                {asking === null ? null : ASKED[asking].button}
              </Button>
            </AlertDialogFooter>
          </AlertDialogContent>
        </AlertDialog>
      </TableCell>
    </TableRow>
  );
}
