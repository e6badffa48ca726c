"use client";

import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import type { Result } from "@/domain/kernel/model";

/** The person confirms that the request is theirs. */
export function ConfirmButton({
  token,
  what,
  confirm,
}: {
  token: string;
  what: string;
  confirm: (input: { token: string }) => Promise<Result<{ what: string }>>;
}) {
  const [done, setDone] = useState(false);
  const { run, pending } = useAction(confirm, { onSuccess: () => setDone(true) });
  if (done)
    return (
      <p role="status" className="rounded-lg border bg-success-soft p-3 text-sm text-success-text">
        Confirmed. The company will answer your request; you may close this page.
      </p>
    );
  return (
    <Button size="lg" pending={pending} onClick={() => void run({ token })}>
      Yes, I asked for this ({what.toLowerCase()})
    </Button>
  );
}
