import { KeyRound, Plug, UserPlus, Workflow, type LucideIcon } from "lucide-react";
import type { Permission } from "@/domain/access/model";

export interface Command {
  /** A verb: "Create a source". */
  label: string;
  href: string;
  icon: LucideIcon;
  permission: Permission;
  keywords?: readonly string[];
}

/** Actions of the command palette. Every area adds its own. */
export const COMMANDS: readonly Command[] = [
  { label: "Connect a source", href: "/sources/new", icon: Plug, permission: "sources:write", keywords: ["write key", "sdk", "new"] },
  {
    label: "Draw a journey",
    href: "/journeys?create=true",
    icon: Workflow,
    permission: "journeys:write",
    keywords: ["new", "automation", "create", "workflow"],
  },
  {
    label: "Invite a member",
    href: "/settings/members?invite=true",
    icon: UserPlus,
    permission: "members:write",
    keywords: ["user", "add"],
  },
  { label: "Create an API key", href: "/settings/api-keys?create=true", icon: KeyRound, permission: "api_keys:write", keywords: ["token"] },
];
