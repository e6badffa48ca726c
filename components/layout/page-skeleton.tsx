import { Skeleton } from "@/components/ui/skeleton";
import { Page } from "./page-header";

/** The shape of a usual page while it loads: heading, a row of figures, a table. */
export function PageSkeleton() {
  return (
    <Page>
      <div role="status" aria-busy="true" className="grid gap-5">
        <span className="sr-only">Loading</span>
        <div className="grid gap-2">
          <Skeleton className="h-7 w-48" />
          <Skeleton className="h-4 w-80 max-w-full" />
        </div>
        <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
          {["a", "b", "c", "d"].map((key) => (
            <Skeleton key={key} className="h-20 rounded-lg" />
          ))}
        </div>
        <Skeleton className="h-80 rounded-lg" />
      </div>
    </Page>
  );
}
