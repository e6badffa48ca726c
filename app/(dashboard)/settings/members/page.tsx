import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { InviteButton, MembersTable } from "@/components/settings/members";
import { listMembers } from "@/domain/access";
import { createMemberLinkAction, inviteMemberAction, removeInvitationAction, resetSecondFactorAction, updateMemberAction } from "./actions";

export const metadata: Metadata = { title: "Members" };

export default async function MembersPage() {
  const members = await listMembers(await requireUser("members:read"));
  const active = members.filter((member) => member.status === "active").length;
  return (
    <>
      <PageHeader
        title="Members"
        description={`${active} active, ${members.length} in all. A new role takes effect at once and signs the member out.`}
        actions={<InviteButton invite={inviteMemberAction} />}
      />
      <MembersTable
        members={members}
        update={updateMemberAction}
        makeLink={createMemberLinkAction}
        removeInvitation={removeInvitationAction}
        resetFactor={resetSecondFactorAction}
      />
    </>
  );
}
