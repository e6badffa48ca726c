import { redirect } from "next/navigation";
import { requireUser } from "@/app/_server/auth";

export default async function SettingsPage() {
  await requireUser("account:write");
  redirect("/settings/profile");
}
