import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { ApiKeysTable, CreateKeyButton } from "@/components/settings/api-keys";
import { listApiKeys } from "@/domain/access";
import { createApiKeyAction, revokeApiKeyAction, rotateApiKeyAction } from "./actions";

export const metadata: Metadata = { title: "API keys" };

export default async function ApiKeysPage() {
  const ctx = await requireUser("api_keys:read");
  const keys = await listApiKeys(ctx);
  return (
    <>
      <PageHeader
        title="API keys"
        description="Secret keys with which your own servers call this install."
        actions={<CreateKeyButton create={createApiKeyAction} />}
      />
      <ApiKeysTable keys={keys} now={ctx.clock.now().toISOString()} rotate={rotateApiKeyAction} revoke={revokeApiKeyAction} />
    </>
  );
}
