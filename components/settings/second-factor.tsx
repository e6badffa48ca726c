"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { RecoveryCodes, SecondFactorSetup, type SecondFactorSetupProps } from "@/components/layout/second-factor-setup";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Switch } from "@/components/ui/switch";
import type { SecondFactor, SecurityRules } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";

export interface SecondFactorChanges extends Pick<SecondFactorSetupProps, "begin" | "confirm"> {
  renew(input: { code: string }): Promise<Result<{ codes: string[] }>>;
  turnOff(input: { code: string }): Promise<Result<null>>;
}

/** One's own second factor: set up, new recovery codes, turn off. */
export function SecondFactorPanel({ factor, changes }: { factor: SecondFactor; changes: SecondFactorChanges }) {
  const router = useRouter();
  const [open, setOpen] = useState<"setup" | "renew" | "off" | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const close = (): void => {
    setOpen(null);
    setCodes(null);
    router.refresh();
  };
  return (
    <div className="grid justify-items-start gap-3">
      {factor.since === null ? (
        <>
          <p className="text-sm">
            <Badge>Off</Badge> A password alone lets you in.
          </p>
          <Button onClick={() => setOpen("setup")}>Set up second factor</Button>
        </>
      ) : (
        <>
          <p className="text-sm">
            <Badge variant="success" dot>
              On
            </Badge>{" "}
            Since {factor.since.slice(0, 10)}; {factor.recoveryCodesLeft} of 10 recovery codes left.
          </p>
          <div className="flex flex-wrap gap-2">
            <Button variant="outline" onClick={() => setOpen("renew")}>
              New recovery codes
            </Button>
            {factor.required ? null : (
              <Button variant="outline" onClick={() => setOpen("off")}>
                Turn off
              </Button>
            )}
          </div>
          {factor.required ? <p className="text-xs text-muted-foreground">This install requires one of every member.</p> : null}
        </>
      )}
      <Dialog open={open !== null} onOpenChange={(next) => !next && close()}>
        <DialogContent>
          <DialogHeader>
            <DialogTitle>
              {open === "setup" ? "Set up your second factor" : open === "renew" ? "New recovery codes" : "Turn off your second factor?"}
            </DialogTitle>
            <DialogDescription>
              {open === "setup"
                ? "Signing in then asks for a code of your authenticator app beside the password."
                : open === "renew"
                  ? "The old ones stop working."
                  : "From then on the password alone lets you in."}
            </DialogDescription>
          </DialogHeader>
          {open === "setup" ? (
            <SecondFactorSetup needsPassword={factor.needsPassword} begin={changes.begin} confirm={changes.confirm} after={close} />
          ) : codes ? (
            <RecoveryCodes codes={codes} after={close} />
          ) : open === "renew" ? (
            <CodeForm key="renew" label="Make new codes" run={changes.renew} onDone={(done) => setCodes(done.codes)} />
          ) : open === "off" ? (
            <CodeForm key="off" label="Turn off" destructive run={changes.turnOff} onDone={close} />
          ) : null}
        </DialogContent>
      </Dialog>
    </div>
  );
}

function CodeForm<T>(props: {
  label: string;
  destructive?: boolean;
  run: (input: { code: string }) => Promise<Result<T>>;
  onDone: (data: T) => void;
}) {
  const [code, setCode] = useState("");
  const { run, pending, fields } = useAction(props.run, { inline: true, onSuccess: props.onDone });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void run({ code });
      }}
    >
      <Field label="Code" hint="Of your app, or a recovery code." error={fields["code"]}>
        <Input
          autoComplete="one-time-code"
          maxLength={64}
          required
          className="font-mono"
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </Field>
      <DialogFooter>
        <Button type="submit" variant={props.destructive ? "destructive" : "default"} pending={pending}>
          {props.label}
        </Button>
      </DialogFooter>
    </form>
  );
}

/** Whether every member needs one. */
export function RequireSecondFactor({
  rules,
  save,
}: {
  rules: SecurityRules;
  save: (input: SecurityRules) => Promise<Result<SecurityRules>>;
}) {
  const router = useRouter();
  const { run, pending } = useAction(save, {
    success: ({ requireSecondFactor }) =>
      requireSecondFactor ? "Members without a second factor are asked to set one up now" : "A second factor is up to each member",
    onSuccess: () => router.refresh(),
  });
  return (
    <Field
      label="Require a second factor"
      hint="Whoever has none can do nothing but set one up. Sign-in through a provider counts as having one."
      orientation="horizontal"
    >
      <Switch checked={rules.requireSecondFactor} disabled={pending} onCheckedChange={(on) => void run({ requireSecondFactor: on })} />
    </Field>
  );
}
