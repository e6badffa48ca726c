"use client";

import { type FormEvent, useEffect, useState } from "react";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import type { ChannelAccount, SenderCheck } from "@/domain/channels/model";
import type { ChannelAccountsProps, ChannelChanges } from "./channel-accounts";

const TO: Partial<Record<ChannelAccount["channel"], string>> = {
  email: "Send to this address",
  sms: "Send to this number",
  push: "Token of a device",
};

/** Sends a short fixed text, and shows what the provider said. */
export function TestDialog({ account, test, close }: { account: ChannelAccount; test: ChannelChanges["test"]; close(): void }) {
  const [to, setTo] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const sending = useAction(test, {
    inline: true,
    success: ({ text }) => text,
    onSuccess: close,
    onError: ({ message }) => setFailed(message),
  });
  const label = TO[account.channel];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setFailed(null);
    void sending.run({ id: account.id, to });
  };
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : close())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Test {account.name}</DialogTitle>
          <DialogDescription>Sends a short fixed text by this account.</DialogDescription>
        </DialogHeader>
        <form className="grid gap-4" onSubmit={submit}>
          {label === undefined ? null : (
            <Field label={label} error={sending.fields["to"]}>
              <Input value={to} onChange={(event) => setTo(event.target.value)} />
            </Field>
          )}
          {failed === null || sending.fields["to"] ? null : (
            <p role="alert" className="text-sm text-destructive-text">
              {failed}
            </p>
          )}
          <Button type="submit" disabled={sending.pending}>
            {sending.pending ? "Sending" : "Send test"}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}

const NAMES = { spf: "SPF", dkim: "DKIM", dmarc: "DMARC" } as const;
const VERDICTS = {
  good: ["success", "Good"],
  warning: ["warning", "Look at it"],
  missing: ["destructive", "Missing"],
  unknown: ["default", "Unknown"],
} as const;

/** What the DNS says about the sender's domain. */
export function CheckDialog({ account, check, close }: { account: ChannelAccount; check: ChannelAccountsProps["check"]; close(): void }) {
  const [found, setFound] = useState<SenderCheck | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    let live = true;
    void check({ id: account.id }).then((result) => {
      if (!live) return;
      if (result.ok) setFound(result.data);
      else setFailed(result.error.message);
    });
    return () => {
      live = false;
    };
  }, [account.id, check]);
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : close())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Sender&apos;s domain</DialogTitle>
          <DialogDescription>
            Mailbox providers look these records up before they take mail of {account.settings["from"]}.
          </DialogDescription>
        </DialogHeader>
        {failed === null ? null : (
          <p role="alert" className="text-sm text-destructive-text">
            {failed}
          </p>
        )}
        {found === null && failed === null ? <Skeleton className="h-40 w-full" /> : null}
        {found === null ? null : (
          <>
            <ul className="grid gap-2">
              {found.checks.map((one) => (
                <li key={one.kind} className="grid gap-1 rounded-md border p-3">
                  <span className="flex items-center gap-2 text-sm font-medium">
                    {NAMES[one.kind]} <Badge variant={VERDICTS[one.verdict][0]}>{VERDICTS[one.verdict][1]}</Badge>
                  </span>
                  <span className="text-sm text-muted-foreground">{one.words}</span>
                  {one.name === "" ? null : <code className="text-xs break-all">{one.name}</code>}
                  {one.record === null ? null : (
                    <code className="rounded bg-muted px-2 py-1 text-xs break-all">{one.record.slice(0, 300)}</code>
                  )}
                </li>
              ))}
            </ul>
            <p className="text-xs text-muted-foreground">
              Looked up <Time iso={found.asOf} />
            </p>
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}
