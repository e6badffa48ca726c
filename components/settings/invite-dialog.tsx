"use client";

import { useState } from "react";
import { formText } from "@/components/layout/form-text";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { RadioGroup, RadioGroupItem } from "@/components/ui/radio-group";
import { Switch } from "@/components/ui/switch";
import { ROLE_DESCRIPTIONS, ROLE_LABELS, ROLES, type Member, type OneTimeLink, type Role } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";
import { OneTimeLinkBox } from "./one-time-link";
import { MadeNotice } from "./shown-once";

export interface Invite {
  email: string;
  name: string;
  role: Role;
  seesPersonalData: boolean;
}

export interface InviteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  invite: (input: Invite) => Promise<Result<{ member: Member; link: OneTimeLink }>>;
}

export function InviteDialog({ open, onOpenChange, invite }: InviteDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>{open ? <Body close={() => onOpenChange(false)} invite={invite} /> : null}</DialogContent>
    </Dialog>
  );
}

function Body({ close, invite }: { close: () => void; invite: InviteDialogProps["invite"] }) {
  const [role, setRole] = useState<Role>("marketer");
  const [sees, setSees] = useState(true);
  const [made, setMade] = useState<{ member: Member; link: OneTimeLink } | null>(null);
  const { run, pending, fields } = useAction(invite, {
    inline: true,
    onSuccess: (data) => {
      setMade(data);
    },
  });

  if (made) {
    return (
      <MadeNotice
        title={`${made.member.name} is invited`}
        description={`Send this link to ${made.member.email}. They choose a password with it.`}
        close={close}
      >
        <OneTimeLinkBox link={made.link} />
      </MadeNotice>
    );
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        void run({ email: formText(form, "email"), name: formText(form, "name"), role, seesPersonalData: sees });
      }}
    >
      <DialogHeader>
        <DialogTitle>Invite a member</DialogTitle>
        <DialogDescription>You get a one-time link to send; it works for 7 days.</DialogDescription>
      </DialogHeader>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" error={fields["name"]}>
          <Input name="name" autoComplete="off" required maxLength={100} />
        </Field>
        <Field label="E-mail" error={fields["email"]}>
          <Input name="email" type="email" autoComplete="off" required />
        </Field>
      </div>
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 text-sm font-medium">Role</legend>
        <RadioGroup aria-label="Role" value={role} onValueChange={(value) => setRole(value as Role)}>
          {ROLES.map((one) => (
            <Label
              key={one}
              className="flex cursor-pointer items-start gap-2.5 rounded-lg border p-3 hover:bg-accent has-data-[state=checked]:border-primary has-data-[state=checked]:bg-primary-soft"
            >
              <RadioGroupItem value={one} className="mt-0.5" />
              <span className="grid">
                {ROLE_LABELS[one]}
                <span className="text-xs font-normal text-muted-foreground">{ROLE_DESCRIPTIONS[one]}</span>
              </span>
            </Label>
          ))}
        </RadioGroup>
      </fieldset>
      {role === "manager" ? null : (
        <Field
          orientation="horizontal"
          label="May see personal data"
          hint="Without it, identifiers and personal traits are masked on screens, in exports and in API answers."
        >
          <Switch checked={sees} onCheckedChange={setSees} />
        </Field>
      )}
      <DialogFooter>
        <Button variant="outline" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" pending={pending}>
          Invite member
        </Button>
      </DialogFooter>
    </form>
  );
}
