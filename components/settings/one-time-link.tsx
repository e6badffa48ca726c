"use client";

import { useSyncExternalStore } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { Input } from "@/components/ui/input";
import type { OneTimeLink } from "@/domain/access/model";

const noChanges = () => () => {};

/** A one-time link to copy, with until when it works. */
export function OneTimeLinkBox({ link }: { link: OneTimeLink }) {
  const origin = useSyncExternalStore(
    noChanges,
    () => window.location.origin,
    () => "",
  );
  const url = `${origin}${link.path}`;
  return (
    <div className="grid gap-1.5">
      <div className="flex gap-2">
        <Input
          readOnly
          value={url}
          aria-label="One-time link"
          className="font-mono text-xs"
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={url} variant="default">
          Copy link
        </CopyButton>
      </div>
      <p className="text-xs text-muted-foreground">
        Works once, until {new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(link.expiresAt))}.
        Whoever has it can sign in as this member: send it on a channel you trust.
      </p>
    </div>
  );
}
