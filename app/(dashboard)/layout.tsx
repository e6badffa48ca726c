import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { requireUser } from "@/app/_server/auth";
import { AppShell } from "@/components/layout/app-shell";
import { SIDEBAR_COOKIE } from "@/components/layout/sidebar-cookie";
import { permissionsOf } from "@/domain/access";
import { signOutAction } from "./actions";

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const { actor } = await requireUser();
  const collapsed = (await cookies()).get(SIDEBAR_COOKIE)?.value === "collapsed";
  return (
    <AppShell
      viewer={{ id: actor.id, name: actor.name, email: actor.email, role: actor.role, permissions: [...permissionsOf(actor)] }}
      initiallyCollapsed={collapsed}
      signOut={signOutAction}
    >
      {children}
    </AppShell>
  );
}
