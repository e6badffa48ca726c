import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { CapsScreen } from "@/components/journeys/caps-screen";
import { Page } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { listCaps } from "@/domain/journeys";
import { deleteCapAction, saveCapAction } from "./actions";

export const metadata: Metadata = { title: "Frequency caps" };

export default async function CapsPage() {
  const ctx = await requireUser("journeys:read");
  return (
    <Page width="narrow">
      <CapsScreen
        caps={await listCaps(ctx)}
        changes={can(ctx, "journeys:publish") ? { save: saveCapAction, remove: deleteCapAction } : null}
      />
    </Page>
  );
}
