import Link from "next/link";
import { Button } from "@/components/ui/button";

/** A one-time link that no longer works. */
export function DeadLink({ title }: { title: string }) {
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      <p className="mt-1 mb-6 text-muted-foreground">
        It works once and for a limited time. Ask an admin of your install for a new link: they find it under Settings, Members.
      </p>
      <Button asChild variant="outline" size="lg">
        <Link href="/sign-in">Go to sign-in</Link>
      </Button>
    </>
  );
}
