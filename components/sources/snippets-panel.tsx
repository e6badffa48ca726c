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
      <TabsList aria-label="SDK" className="flex-wrap gap-x-4">
        {snippets.map((snippet) => (
          <TabsTrigger key={snippet.id} value={snippet.id}>
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
    <div className="relative min-w-0">
      {/* A region that scrolls sideways must be reachable by keyboard. */}
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-96 overflow-auto rounded-md border bg-muted py-2.5 pr-12 pl-3 font-mono text-xs leading-5"
      >
        <code>{text}</code>
      </pre>
      <CopyButton text={text} label={`Copy: ${label}`} className="absolute top-1.5 right-1.5 bg-muted" />
    </div>
  );
}
