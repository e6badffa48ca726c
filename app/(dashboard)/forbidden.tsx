import { Lock } from "lucide-react";
import Link from "next/link";
import { MessagePage } from "@/components/layout/message-page";
import { Button } from "@/components/ui/button";

export default function Forbidden() {
  return (
    <MessagePage
      icon={Lock}
      title="You have no access to this page"
      actions={
        <Button asChild>
          <Link href="/">Go to Home</Link>
        </Button>
      }
    >
      Your role does not include it. An admin of this install can change that under Settings, Members.
    </MessagePage>
  );
}
