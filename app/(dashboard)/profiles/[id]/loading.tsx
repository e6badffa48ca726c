import { Page } from "@/components/layout/page-header";
import { Skeleton } from "@/components/ui/skeleton";

export default function ProfileLoading() {
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
