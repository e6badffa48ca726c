import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { BroadcastsScreen } from "@/components/broadcasts/broadcasts-screen";
import { Page } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { listBroadcasts } from "@/domain/broadcasts";
import { createBroadcastAction } from "./actions";

export const metadata: Metadata = { title: "Broadcasts" };

export default async function BroadcastsPage() {
  const ctx = await requireUser("journeys:read");
  const broadcasts = await listBroadcasts(ctx);
  return (
    <Page>
      <BroadcastsScreen broadcasts={broadcasts} create={can(ctx, "journeys:write") ? createBroadcastAction : null} />
    </Page>
  );
}
