"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { NativeSelect } from "@/components/ui/native-select";
import type { Result } from "@/domain/kernel/errors";
import { DEFAULT_GRACE_HOURS, type KeyState, type SourceDetail, type SourceKeyView } from "@/domain/sources/model";
import { Confirm } from "./confirm";
import { WriteKey } from "./connect-panel";
import { Ago, dateTime } from "./time";

export interface KeyActions {
  rotate(input: { id: string; graceHours: number }): Promise<Result<{ writeKey: string; oldKeysUntil: string | null }>>;
  revoke(input: { sourceId: string; keyId: string }): Promise<Result<unknown>>;
}

const GRACE: readonly [hours: number, label: string][] = [
  [0, "End at once (what is sent with the old key is lost)"],
  [1, "1 hour"],
  [DEFAULT_GRACE_HOURS, "24 hours: longer than any SDK goes on trying"],
  [168, "7 days"],
  [720, "30 days"],
];

const STATES: Record<KeyState, { label: string; variant: "success" | "warning" | "default" | "destructive" }> = {
  active: { label: "Active", variant: "success" },
  expiring: { label: "Ends soon", variant: "warning" },
  expired: { label: "Ended", variant: "default" },
  revoked: { label: "Revoked", variant: "default" },
};

/** Write keys with their last use; rotation and revocation. */
export function SourceKeys({ source, actions, canWrite }: { source: SourceDetail; actions: KeyActions; canWrite: boolean }) {
  const lasting = source.keys.filter((key) => key.state === "active");
  const old = source.keys.find((key) => key.state === "expiring");
  return (
    <Card>
      <CardHeader>
        <CardTitle>Write keys</CardTitle>
        <CardDescription>
          {old?.lastUsedAt ? (
            <>
              The old key was last used <Ago at={old.lastUsedAt} />: something still sends with it.
            </>
          ) : (
            "Stored hashed. A key can send events and read nothing."
          )}
        </CardDescription>
        {canWrite && (
          <CardAction>
            <Rotate source={source} rotate={actions.rotate} />
          </CardAction>
        )}
      </CardHeader>
      <CardContent>
        <ul className="divide-y">
          {source.keys.map((key) => (
            <KeyLine
              key={key.id}
              item={key}
              source={source}
              only={key.state === "active" && lasting.length === 1}
              revoke={canWrite ? actions.revoke : null}
            />
          ))}
        </ul>
      </CardContent>
    </Card>
  );
}

const refused: KeyActions["revoke"] = () =>
  Promise.resolve({ ok: false, error: { code: "FORBIDDEN", message: "Only an admin can revoke keys." } });

interface KeyLineProps {
  item: SourceKeyView;
  source: SourceDetail;
  only: boolean;
  revoke: KeyActions["revoke"] | null;
}

function KeyLine({ item, source, only, revoke }: KeyLineProps) {
  const router = useRouter();
  const end = useAction(revoke ?? refused, { success: "Key revoked", onSuccess: () => router.refresh() });
  const { label, variant } = STATES[item.state];
  const valid = item.state === "active" || item.state === "expiring";
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2 text-sm">
      <span className="flex min-w-0 flex-wrap items-center gap-2">
        <code className="font-mono text-xs">{item.hint}</code>
        <Badge variant={variant}>{label}</Badge>
        {item.state === "expiring" && item.expiresAt !== null && (
          <span className="text-xs text-muted-foreground" suppressHydrationWarning>
            until {dateTime(item.expiresAt)}
          </span>
        )}
      </span>
      <span className="flex items-center gap-3 text-muted-foreground">
        <span>
          {item.lastUsedAt ? (
            <>
              last used <Ago at={item.lastUsedAt} />
            </>
          ) : (
            "never used"
          )}
        </span>
        {revoke && valid && !only && (
          <Confirm
            title={`Revoke ${item.hint}?`}
            text="Whatever still sends with it gets 401 within 30 seconds, and SDKs drop what is refused: those events are lost."
            action="Revoke key"
            onConfirm={() => void end.run({ sourceId: source.id, keyId: item.id })}
          >
            <Button variant="destructive-outline" size="sm" pending={end.pending}>
              Revoke
            </Button>
          </Confirm>
        )}
      </span>
    </li>
  );
}

function Rotate({ source, rotate }: { source: SourceDetail; rotate: KeyActions["rotate"] }) {
  const [open, setOpen] = useState(false);
  const [hours, setHours] = useState(DEFAULT_GRACE_HOURS);
  const [made, setMade] = useState<{ writeKey: string; oldKeysUntil: string | null } | null>(null);
  const router = useRouter();
  const { run, pending } = useAction(rotate, { onSuccess: setMade });
  const change = (next: boolean) => {
    setOpen(next);
    if (next) return;
    if (made) router.refresh();
    setMade(null);
  };
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button variant="outline" size="sm">
          Rotate key
        </Button>
      </DialogTrigger>
      <DialogContent>
        {made ? (
          <>
            <DialogHeader>
              <DialogTitle>The new write key</DialogTitle>
              <DialogDescription>
                Copy it now: it cannot be shown again.
                {made.oldKeysUntil !== null && hours > 0
                  ? ` The old key goes on working until ${dateTime(made.oldKeysUntil)}.`
                  : " The old key has ended."}
              </DialogDescription>
            </DialogHeader>
            <WriteKey value={made.writeKey} />
            <DialogFooter>
              <Button onClick={() => change(false)}>Done</Button>
            </DialogFooter>
          </>
        ) : (
          <>
            <DialogHeader>
              <DialogTitle>Rotate the write key of {source.name}</DialogTitle>
              <DialogDescription>
                A new key is made. Both keys work until the old one ends, so nothing is lost while you exchange it.
              </DialogDescription>
            </DialogHeader>
            <Field label="The old key goes on working for">
              <NativeSelect value={String(hours)} onChange={(event) => setHours(Number(event.target.value))}>
                {GRACE.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </NativeSelect>
            </Field>
            <DialogFooter>
              <Button variant="outline" onClick={() => change(false)}>
                Cancel
              </Button>
              <Button pending={pending} onClick={() => void run({ id: source.id, graceHours: hours })}>
                Rotate key
              </Button>
            </DialogFooter>
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}
