"use client";

import { ErrorPage } from "@/components/layout/error-page";

export default function RootError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main>
      <ErrorPage {...props} />
    </main>
  );
}
