import { notFound } from "next/navigation";
import { requireUser } from "@/app/_server/auth";

/** Unknown addresses of somebody who is signed in: "not found" inside the shell. */
export default async function UnknownPage(): Promise<never> {
  await requireUser();
  notFound();
}
