import { Skeleton } from "@/components/ui/skeleton";

export default function PeopleLoading() {
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
