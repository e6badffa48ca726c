import { Page } from "@/components/layout/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export function PeopleSkeleton() {
  return (
    <div role="status" aria-busy="true" className="flex h-[calc(100dvh-3rem)] flex-col gap-4 px-4 pt-5 pb-3 sm:px-6">
      <span className="sr-only">Loading people</span>
      <Skeleton className="h-7 w-32" />
      <Skeleton className="h-10 w-full max-w-xl" />
      <Skeleton className="h-8 w-full max-w-md" />
      <Skeleton className="flex-1 rounded-lg" />
    </div>
  );
}

export function ProfileSkeleton() {
  return (
    <Page>
      <div role="status" aria-busy="true" className="grid gap-5">
        <span className="sr-only">Loading the profile</span>
        <Skeleton className="h-52 rounded-xl" />
        <Skeleton className="h-9 w-96 max-w-full" />
        <div className="grid gap-4 lg:grid-cols-[3fr_2fr]">
          <Skeleton className="h-96 rounded-lg" />
          <Skeleton className="h-96 rounded-lg" />
        </div>
      </div>
    </Page>
  );
}
