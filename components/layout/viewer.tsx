"use client";

import { createContext, useContext, useMemo, type ReactNode } from "react";
import type { Permission, Role } from "@/domain/access/model";

export interface Viewer {
  id: string;
  name: string;
  email: string;
  role: Role;
  permissions: readonly Permission[];
}

interface ViewerContext extends Viewer {
  /** For showing or hiding; verbs check again. */
  can: (this: void, permission: Permission) => boolean;
}

const Context = createContext<ViewerContext | null>(null);

export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  const value = useMemo<ViewerContext>(() => {
    const held = new Set(viewer.permissions);
    return { ...viewer, can: (permission) => held.has(permission) };
  }, [viewer]);
  return <Context value={value}>{children}</Context>;
}

/** Who is signed in, for client components below the dashboard's layout. */
export function useViewer(): ViewerContext {
  const viewer = useContext(Context);
  if (!viewer) throw new Error("useViewer outside the dashboard");
  return viewer;
}
