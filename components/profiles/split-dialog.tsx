"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Split } from "lucide-react";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { ProfileGraph } from "@/domain/profiles/schemas";
import { formatDay, identifierLabel } from "./format";
import type { IdentityChanges } from "./identity-changes";
import { profileKeys } from "./queries";

const keyOf = (item: { type: string; value: string }): string => `${item.type} ${item.value}`;
/** As many as one change may take out. */
const MOST = 100;

/** Takes identifiers out of a person: they make a new one, and the two are kept apart. */
export function SplitDialog({ graph, split, onClose }: { graph: ProfileGraph; split: IdentityChanges["split"]; onClose: () => void }) {
  const router = useRouter();
  const client = useQueryClient();
  const id = useId();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState("");
  const action = useAction(split, {
    success: ({ profileId }) => `Split off: profile ${profileId} is a person of its own`,
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: profileKeys.all(graph.id) });
      router.refresh();
    },
  });
  const identifiers = graph.identifiers.filter((item) => chosen.has(keyOf(item))).map(({ type, value }) => ({ type, value }));
  const all = identifiers.length === graph.identifiers.length;
  const toggle = (key: string, on: boolean): void =>
    setChosen((now) => (on ? new Set([...now, key]) : new Set([...now].filter((one) => one !== key))));
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-xl">
        <DialogHeader>
          <DialogTitle>Split off identifiers</DialogTitle>
          <DialogDescription>
            They become a person of their own, and the two are never joined again by a message. What was recorded so far stays here; what
            comes from now on under these identifiers belongs to the new person.
          </DialogDescription>
        </DialogHeader>
        <fieldset className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1">
          <legend className="mb-1 text-sm font-medium">Identifiers that leave</legend>
          <div className="grid max-h-[40dvh] grid-cols-[minmax(0,1fr)] divide-y overflow-y-auto rounded-md border">
            {graph.identifiers.map((item, index) => (
              <label key={keyOf(item)} htmlFor={`${id}-${index}`} className="flex items-center gap-3 px-3 py-2 text-sm hover:bg-accent">
                <Checkbox
                  id={`${id}-${index}`}
                  checked={chosen.has(keyOf(item))}
                  onCheckedChange={(checked) => toggle(keyOf(item), checked === true)}
                />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium" title={item.value}>
                    {item.value}
                  </span>
                  <span className="block truncate text-xs text-muted-foreground">
                    {identifierLabel(item.type)} · {graph.sources[item.sourceId]?.name ?? item.sourceId} · since{" "}
                    {formatDay(item.firstSeenAt)}
                  </span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <Field label="Reason" hint="Stands in the audit log: no personal data, please.">
          <Input
            value={reason}
            maxLength={500}
            placeholder="The tablet belongs to the shop, not to this customer"
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <DialogFooter>
          <p role="status" className="mr-auto self-center text-sm text-muted-foreground">
            {all
              ? "At least one identifier has to stay."
              : identifiers.length > MOST
                ? `At most ${MOST} at once.`
                : `${identifiers.length} of ${graph.identifiers.length} chosen`}
          </p>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button
            variant="destructive"
            pending={action.pending}
            disabled={identifiers.length === 0 || identifiers.length > MOST || all || reason.trim() === ""}
            onClick={() => void action.run({ identifiers, reason: reason.trim() })}
          >
            <Split aria-hidden />
            Split off
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
