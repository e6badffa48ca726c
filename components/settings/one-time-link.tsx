"use client";

import { useSyncExternalStore } from "react";
import type { OneTimeLink } from "@/domain/access/model";
import { ShownOnce } from "./shown-once";

const noChanges = () => () => {};

/** A one-time link to copy, with until when it works. */
export function OneTimeLinkBox({ link }: { link: OneTimeLink }) {
  const origin = useSyncExternalStore(
    noChanges,
    () => window.location.origin,
    () => "",
  );
  const url = `${origin}${link.path}`;
  const until = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(link.expiresAt));
  return (
    <ShownOnce
      text={url}
      label="One-time link"
      copy="Copy link"
      note={`Works once, until ${until}. Whoever has it can sign in as this member: send it on a channel you trust.`}
    />
  );
}
