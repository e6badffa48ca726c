"use client";

import { leave } from "@/components/layout/user-menu";
import { Button } from "@/components/ui/button";

export function SignOutLink({ signOut }: { signOut: () => Promise<unknown> }) {
  return (
    <Button variant="link" className="mt-6 justify-self-start" onClick={() => void leave(signOut)}>
      Sign out
    </Button>
  );
}
