"use client";

import { CloudAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { MessagePage } from "./message-page";

/** What an error boundary shows: a way on, and the id under which the server has logged it. */
export function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  const retry = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <MessagePage
      icon={CloudAlert}
      title="This page could not be shown"
      actions={
        <>
          <Button onClick={retry}>Try again</Button>
          <Button variant="outline" onClick={() => window.location.assign("/")}>
            Go to Home
          </Button>
        </>
      }
    >
      Something went wrong on our side; nothing you did is lost. If it happens again, give an admin this id.
      {error.digest ? (
        <span className="mt-3 flex items-center justify-center gap-1">
          <code className="rounded-sm bg-muted px-1.5 py-0.5 font-mono text-xs text-foreground">{error.digest}</code>
          <CopyButton text={error.digest} label="Copy the error id" />
        </span>
      ) : null}
    </MessagePage>
  );
}
