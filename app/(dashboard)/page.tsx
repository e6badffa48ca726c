import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";

export default async function HomePage() {
  const { actor } = await requireUser("home:read");
  return (
    <Page>
      <PageHeader title={`Welcome, ${actor.name}`} description="Connect a source to see your customers here." />
    </Page>
  );
}
