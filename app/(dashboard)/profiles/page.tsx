import type { Metadata } from "next";
import { Suspense } from "react";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { PeopleScreen } from "@/components/profiles/people-screen";
import { PeopleSkeleton } from "@/components/profiles/skeletons";
import { can } from "@/domain/access";
import { listViews, peopleFacets } from "@/domain/profiles";
import { deleteViewAction, saveViewAction } from "./actions";

export const metadata: Metadata = { title: "People" };

export default async function PeoplePage() {
  const ctx = await requireUser("profiles:read");
  return (
    <Suspense fallback={<PeopleSkeleton />}>
      <People ctx={ctx} />
    </Suspense>
  );
}

async function People({ ctx }: { ctx: UserCtx }) {
  const [facets, views] = await Promise.all([peopleFacets(ctx), listViews(ctx)]);
  return (
    // The table fills the window below the top bar and scrolls inside itself.
    <div className="flex h-[calc(100dvh-3rem)] min-h-[32rem] flex-col gap-4 px-4 pt-5 pb-3 sm:px-6">
      <h1 className="text-xl font-semibold tracking-tight">People</h1>
      <PeopleScreen
        facets={facets}
        views={views}
        now={ctx.clock.now().getTime()}
        may={{
          seePersonalData: can(ctx, "personal_data:see"),
          export: can(ctx, "profiles:export"),
          saveViews: can(ctx, "views:write"),
        }}
        saveView={saveViewAction}
        deleteView={deleteViewAction}
      />
    </div>
  );
}
