import { Cpu, FileSpreadsheet, Globe, Headset, Mail, Server, Smartphone, Store, Users, type LucideIcon } from "lucide-react";
import type { SourceType } from "@/domain/sources/model";

export const SOURCE_TYPE_ICONS: Record<SourceType, LucideIcon> = {
  website: Globe,
  mobile: Smartphone,
  server: Server,
  crm: Users,
  email: Mail,
  pos: Store,
  support: Headset,
  iot: Cpu,
  csv: FileSpreadsheet,
};

export const SOURCE_TYPE_HINTS: Record<SourceType, string> = {
  website: "Pages, clicks and orders, from the browser",
  mobile: "iOS and Android apps",
  server: "Your back end, in any language",
  crm: "Contacts, accounts and deals",
  email: "Sent, opened, clicked, unsubscribed",
  pos: "Tills and stores",
  support: "Tickets and chats",
  iot: "Machines and sensors",
  csv: "Files that you upload",
};

export function SourceTypeIcon({ type, className = "size-4" }: { type: SourceType; className?: string }) {
  const Icon = SOURCE_TYPE_ICONS[type];
  return <Icon aria-hidden className={className} />;
}
