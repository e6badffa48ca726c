import { notFound, redirect } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { DomainError } from "@/domain/kernel/errors";
import { resolveProfile } from "@/domain/profiles";

/** Link to a person by identifier, e.g. /profiles/by/email/jane%40example.com from a help desk. */
export default async function ProfileByIdentifier({ params }: { params: Promise<{ type: string; value: string }> }) {
  const ctx = await requireUser("profiles:read");
  const { type, value } = await params;
  let id: number;
  try {
    id = await resolveProfile(ctx, `${decodeURIComponent(type)}:${decodeURIComponent(value)}`);
  } catch (error) {
    if (error instanceof URIError || (error instanceof DomainError && error.code === "NOT_FOUND")) notFound();
    throw error;
  }
  redirect(`/profiles/${id}`);
}
