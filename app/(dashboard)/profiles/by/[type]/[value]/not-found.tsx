import { UserRoundX } from "lucide-react";
import Link from "next/link";
import { Page } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";

export default function IdentifierNotFound() {
  return (
    <Page width="narrow">
      <h1 className="sr-only">Nobody has this identifier</h1>
      <Empty
        icon={UserRoundX}
        title="Nobody has this identifier"
        description="No source has sent it yet, or it is written differently. Links have the form /profiles/by/email/jane%40example.com, with the type first."
        actions={
          <Button asChild>
            <Link href="/profiles">Look somebody up</Link>
          </Button>
        }
      />
    </Page>
  );
}
