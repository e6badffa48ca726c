import { Compass } from "lucide-react";
import Link from "next/link";
import { MessagePage } from "@/components/layout/message-page";
import { Button } from "@/components/ui/button";

export default function NotFound() {
  return (
    <main>
      <MessagePage
        icon={Compass}
        title="Nothing at this address"
        actions={
          <Button asChild>
            <Link href="/">Go to Home</Link>
          </Button>
        }
      >
        The link may be old, or the thing was deleted.
      </MessagePage>
    </main>
  );
}
