import { UserRoundX } from "lucide-react";
import Link from "next/link";
import { Page } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";

export default function ProfileNotFound() {
  return (
    <Page width="narrow">
      <h1 className="sr-only">Person not found</h1>
      <Empty
        icon={UserRoundX}
        title="There is no person with this id"
        description="The link may be mistyped, or the person was erased. A merged profile would have led on to the person it became."
        actions={
          <Button asChild>
            <Link href="/profiles">Look somebody up</Link>
          </Button>
        }
      />
    </Page>
  );
}
