import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { Suspense } from "react";
import { requireUser, type UserCtx } from "@/app/_server/auth";
import { BreadcrumbTitle } from "@/components/layout/breadcrumbs";
import { Page } from "@/components/layout/page-header";
import { PersonJourneys } from "@/components/journeys/person-journeys";
import { personName } from "@/components/profiles/format";
import { ProfileScreen } from "@/components/profiles/profile-screen";
import { ProfileSkeleton } from "@/components/profiles/skeletons";
import { can } from "@/domain/access";
import { DomainError } from "@/domain/kernel/errors";
import { openProfile, resolveProfile } from "@/domain/profiles";
import { mergeAction, preferenceLinkAction, recordConsentAction, splitAction, unmergeAction } from "../actions";

export const metadata: Metadata = { title: "Person" };

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function ProfilePage({ params, searchParams }: Props) {
  const ctx = await requireUser("profiles:read");
  const { id } = await params;
  if (!/^\d{1,10}$/.test(id)) notFound();
  const canonical = await found(() => resolveProfile(ctx, id));
  // A merged id, or one with leading zeros, leads to the person it stands for, tab and filters kept.
  if (String(canonical) !== id) redirect(`/profiles/${canonical}${toSearch(await searchParams)}`);
  // Who it is, is settled before anything is sent; what is known of the person may follow.
  return (
    <Suspense key={canonical} fallback={<ProfileSkeleton />}>
      <Profile ctx={ctx} id={canonical} />
    </Suspense>
  );
}

async function Profile({ ctx, id }: { ctx: UserCtx; id: number }) {
  const profile = await found(() => openProfile(ctx, id));
  const name = personName({ ...profile, userId: profile.identifiers.find((item) => item.type === "user_id")?.value ?? null });
  return (
    <Page>
      <BreadcrumbTitle title={name} />
      <ProfileScreen
        profile={profile}
        now={ctx.clock.now().getTime()}
        mayRequest={can(ctx, "requests:write")}
        consent={
          can(ctx, "consent:read")
            ? { changes: can(ctx, "consent:write") ? { record: recordConsentAction, link: preferenceLinkAction } : null }
            : null
        }
        journeys={can(ctx, "journeys:read") ? <PersonJourneys profileId={profile.id} /> : null}
        changes={can(ctx, "profiles:write") ? { merge: mergeAction, split: splitAction, unmerge: unmergeAction } : null}
      />
    </Page>
  );
}

/** A person that does not exist gets the page that says so. */
async function found<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") notFound();
    throw error;
  }
}

function toSearch(params: Record<string, string | string[] | undefined>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) for (const one of [value ?? []].flat()) out.append(key, one);
  const text = out.toString();
  return text === "" ? "" : `?${text}`;
}
