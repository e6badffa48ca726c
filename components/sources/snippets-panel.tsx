"use client";

import { useState, useSyncExternalStore } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { SourceType } from "@/domain/sources/model";
import { snippetsFor } from "./snippets";

const noSubscription = () => () => {};

/** The address at which SDKs reach this install: APP_ORIGIN, else the one in the browser's address bar. */
function useOrigin(configured: string | null): string {
  const here = useSyncExternalStore(
    noSubscription,
    () => window.location.origin,
    () => "",
  );
  return configured ?? here;
}

/** Copy-paste code per SDK. Without a key (it is shown once) a placeholder stands in. */
export function Snippets({ type, writeKey, origin }: { type: SourceType; writeKey: string | null; origin: string | null }) {
  const host = useOrigin(origin);
  const snippets = snippetsFor(type, host, writeKey);
  const [open, setOpen] = useState(snippets[0]?.id ?? "");
  return (
    <Tabs value={open} onValueChange={setOpen}>
      <TabsList aria-label="SDK" className="flex-wrap gap-1 border-b-0">
        {snippets.map((snippet) => (
          <TabsTrigger
            key={snippet.id}
            value={snippet.id}
            className="mb-0 h-7 rounded-md border-b-0 px-2.5 hover:bg-accent data-[state=active]:bg-secondary"
          >
            {snippet.label}
          </TabsTrigger>
        ))}
      </TabsList>
      {snippets.map((snippet) => (
        <TabsContent key={snippet.id} value={snippet.id} className="grid gap-2">
          {snippet.install !== undefined && <Code text={snippet.install} label={`How to install: ${snippet.label}`} />}
          <Code text={snippet.code} label={`Code: ${snippet.label}`} />
          {writeKey === null && (
            <p className="text-xs text-muted-foreground">
              Put your write key in place of YOUR_WRITE_KEY. Lost it? Rotate the key in the settings.
            </p>
          )}
          {(snippet.id === "ios" || snippet.id === "android") && (
            <p className="text-xs text-muted-foreground">
              Mobile SDKs speak https only: the install must be reachable under a certificate.
            </p>
          )}
        </TabsContent>
      ))}
    </Tabs>
  );
}

function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)_auto] items-start rounded-md border bg-muted">
      <pre
        // A region that scrolls must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-96 overflow-auto px-3 py-2 font-mono text-xs leading-5"
      >
        <code>{text}</code>
      </pre>
      <CopyButton text={text} label={`Copy: ${label}`} className="m-1" />
    </div>
  );
}
