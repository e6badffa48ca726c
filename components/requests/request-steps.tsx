"use client";

import { FileJson } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Spinner } from "@/components/ui/spinner";
import { REQUEST_KIND_LABELS, type ErasurePreview, type RequestStatus, type RequestView } from "@/domain/governance/model";
import type { Result } from "@/domain/kernel/model";
import { SubjectLinkBox } from "./parts";

type MadeLink = { path: string; expiresAt: string };

export interface RequestActions {
  verifyLink: (input: { id: string }) => Promise<Result<MadeLink>>;
  verifyByHand: (input: { id: string; how: string }) => Promise<Result<void>>;
  approve: (input: { id: string }) => Promise<Result<{ status: RequestStatus; approvals: number; needed: number }>>;
  reject: (input: { id: string; reason: string }) => Promise<Result<void>>;
  cancel: (input: { id: string; reason: string }) => Promise<Result<void>>;
  extend: (input: { id: string; reason: string }) => Promise<Result<{ dueAt: string }>>;
  retry: (input: { id: string }) => Promise<Result<void>>;
  downloadLink: (input: { id: string }) => Promise<Result<MadeLink>>;
  end: (input: { id: string; reason: string }) => Promise<Result<void>>;
}

interface StepsProps {
  request: RequestView;
  preview: ErasurePreview | null;
  seesPersonalData: boolean;
  actions: RequestActions;
}

/** What is to be done next. */
export function RequestSteps({ request, preview, seesPersonalData, actions }: StepsProps) {
  switch (request.status) {
    case "unverified":
      return <Verify request={request} actions={actions} />;
    case "open":
      return <Decide request={request} preview={preview} actions={actions} />;
    case "running":
      return (
        <Card>
          <CardContent className="flex items-center gap-3 pt-4 text-sm" role="status">
            <Spinner aria-hidden /> The erasure runs. You may leave this page; a restart of the server does not harm it.
          </CardContent>
        </Card>
      );
    case "failed":
      return <Retry request={request} actions={actions} />;
    case "completed":
      return request.kind === "access" || request.kind === "portability" ? (
        <HandOver request={request} actions={actions} seesPersonalData={seesPersonalData} />
      ) : request.standing && request.standing.endedAt === null && request.subject !== null ? (
        <EndStanding request={request} actions={actions} />
      ) : null;
    default:
      return null;
  }
}

function Verify({ request, actions }: { request: RequestView; actions: RequestActions }) {
  const router = useRouter();
  const [link, setLink] = useState<MadeLink | null>(null);
  const make = useAction(actions.verifyLink, {
    onSuccess: (made) => {
      setLink(made);
      router.refresh();
    },
  });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Make sure that it is this person</CardTitle>
        <CardDescription>
          Nothing is handed out or erased before. Send a link to an address of theirs, or say how you made sure.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4">
        {link ? <SubjectLinkBox {...link} does="Opens a page on which the person confirms the request." /> : null}
        <div className="flex flex-wrap gap-2">
          <Button pending={make.pending} onClick={() => void make.run({ id: request.id })}>
            {link ? "Make another link" : "Make a link for the person"}
          </Button>
          <ReasonDialog
            opener="Verified another way"
            title="How did you make sure?"
            description="Kept with the request as proof. Do not write down identity documents."
            label="How"
            placeholder="Signed in to the shop and asked there"
            confirm="Mark as verified"
            run={(how) => actions.verifyByHand({ id: request.id, how })}
            success="Identity verified"
          />
          <EndButtons request={request} actions={actions} />
        </div>
      </CardContent>
    </Card>
  );
}

function Decide({ request, preview, actions }: { request: RequestView; preview: ErasurePreview | null; actions: RequestActions }) {
  const router = useRouter();
  const approve = useAction(actions.approve, {
    success: ({ approvals, needed, status }) =>
      approvals < needed ? "Approved. A second member has to approve it too." : status === "running" ? "The erasure has started" : "Done",
    onSuccess: () => router.refresh(),
  });
  const given = request.approvals.length;
  return (
    <Card>
      <CardHeader>
        <CardTitle>{given > 0 ? "Approve as the second member" : "Decide"}</CardTitle>
        <CardDescription>
          {given > 0
            ? `${request.approvals.map(({ name }) => name).join(", ")} approved. ${request.canApprove ? "" : "Another member with the permission to erase people has to approve it too."}`
            : request.approvalsNeeded > 1
              ? "Identity is verified. Two members have to approve an erasure."
              : "Identity is verified. Approving carries the request out."}
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-wrap gap-2">
        {!request.canApprove ? null : request.kind === "erasure" ? (
          <ApproveErasure request={request} preview={preview} pending={approve.pending} run={() => void approve.run({ id: request.id })} />
        ) : (
          <Button pending={approve.pending} onClick={() => void approve.run({ id: request.id })}>
            Approve {REQUEST_KIND_LABELS[request.kind].toLowerCase()}
          </Button>
        )}
        <EndButtons request={request} actions={actions} />
      </CardContent>
    </Card>
  );
}

/** Typed confirmation that names what goes. */
function ApproveErasure({
  request,
  preview,
  pending,
  run,
}: {
  request: RequestView;
  preview: ErasurePreview | null;
  pending: boolean;
  run: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const rows = preview?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0;
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="destructive" pending={pending}>
          Approve erasure
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Erase this person?</DialogTitle>
          <DialogDescription>
            {rows.toLocaleString("en-GB")} rows of {preview?.profiles ?? 0} {preview?.profiles === 1 ? "profile" : "profiles"} go from every
            table, and the person from texts, samples and files.{" "}
            {request.options.suppress === false
              ? "Later data of the person are taken in again."
              : "Later data of the person are not stored."}{" "}
            This cannot be undone.
          </DialogDescription>
        </DialogHeader>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed.trim().toLowerCase() !== "erase") return;
            setOpen(false);
            run();
          }}
        >
          <Field label="Type “erase” to confirm">
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
          </Field>
          <DialogFooter>
            <Button type="button" variant="outline" onClick={() => setOpen(false)}>
              Keep the person
            </Button>
            <Button type="submit" variant="destructive" disabled={typed.trim().toLowerCase() !== "erase"}>
              Erase
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

function EndButtons({ request, actions }: { request: RequestView; actions: RequestActions }) {
  return (
    <>
      {request.extendedAt ? null : (
        <ReasonDialog
          opener="Extend the deadline"
          title="Extend the deadline?"
          description="The law gives more time once, for complex requests. Tell the person why, within the first deadline."
          label="Reason"
          placeholder="Many systems have to be searched"
          confirm="Extend"
          run={(reason) => actions.extend({ id: request.id, reason })}
          success="Deadline extended"
        />
      )}
      <ReasonDialog
        opener="Reject"
        title="Reject this request?"
        description="The person is to be told the reason, and that they may complain to an authority."
        label="Reason"
        placeholder="Identity could not be established"
        confirm="Reject request"
        run={(reason) => actions.reject({ id: request.id, reason })}
        success="Request rejected"
      />
      <ReasonDialog
        opener="Cancel"
        title="Cancel this request?"
        description="For a request that the person took back, or that was entered by mistake."
        label="Reason"
        placeholder="Withdrawn by the person"
        confirm="Cancel request"
        run={(reason) => actions.cancel({ id: request.id, reason })}
        success="Request cancelled"
      />
    </>
  );
}

function Retry({ request, actions }: { request: RequestView; actions: RequestActions }) {
  const router = useRouter();
  const retry = useAction(actions.retry, { success: "The erasure goes on", onSuccess: () => router.refresh() });
  const left = request.activity.findLast(({ code }) => code === "left_over")?.detail?.["left"];
  const tables = typeof left === "object" && left !== null ? Object.keys(left).join(", ") : "a table";
  return (
    <Card>
      <CardHeader>
        <CardTitle>Something is left</CardTitle>
        <CardDescription>
          After the erasure the person was still found in {tables}. Remove what keeps writing it there, then go on: steps that are done are
          not harmed by it.
        </CardDescription>
      </CardHeader>
      <CardContent>
        <Button pending={retry.pending} onClick={() => void retry.run({ id: request.id })}>
          Go on with the erasure
        </Button>
      </CardContent>
    </Card>
  );
}

function HandOver({ request, actions, seesPersonalData }: { request: RequestView; actions: RequestActions; seesPersonalData: boolean }) {
  const router = useRouter();
  const [link, setLink] = useState<MadeLink | null>(null);
  const make = useAction(actions.downloadLink, {
    onSuccess: (made) => {
      setLink(made);
      router.refresh();
    },
  });
  if (request.subject === null) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Hand it over</CardTitle>
        <CardDescription>
          The package is made at the moment it is opened, as a page and as JSON; no copy of it is kept. Every opening is on record.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4">
        {link ? <SubjectLinkBox {...link} does="Opens everything held about the person." /> : null}
        <div className="flex flex-wrap gap-2">
          <Button pending={make.pending} onClick={() => void make.run({ id: request.id })}>
            {link ? "Make another link" : "Make a link for the person"}
          </Button>
          {seesPersonalData ? (
            <Button asChild variant="outline">
              <Link href={`/requests/${request.id}/package`} prefetch={false}>
                <FileJson aria-hidden /> Look at the package
              </Link>
            </Button>
          ) : null}
        </div>
      </CardContent>
    </Card>
  );
}

function EndStanding({ request, actions }: { request: RequestView; actions: RequestActions }) {
  const name = REQUEST_KIND_LABELS[request.kind];
  return (
    <Card>
      <CardHeader>
        <CardTitle>{name} is in force</CardTitle>
        <CardDescription>
          {request.kind === "restriction"
            ? "Tell the person before you end it."
            : "End it when the person asks for that. A later yes of theirs to one purpose lifts it for that purpose by itself."}{" "}
          Ending it grants nothing: what needs consent still needs it.
        </CardDescription>
      </CardHeader>
      <CardContent>
        <ReasonDialog
          opener={`End ${name.toLowerCase()}`}
          title={`End ${name.toLowerCase()}?`}
          description="Kept with the request and in the consent ledger."
          label="Reason"
          placeholder={
            request.kind === "restriction" ? "Accuracy was checked; told by letter of 3 March" : "Asked for by the person on the phone"
          }
          confirm={`End ${name.toLowerCase()}`}
          run={(reason) => actions.end({ id: request.id, reason })}
          success={`${name} ended`}
        />
      </CardContent>
    </Card>
  );
}

interface ReasonDialogProps {
  opener: string;
  title: string;
  description: string;
  label: string;
  placeholder: string;
  confirm: string;
  success: string;
  run: (text: string) => Promise<Result<unknown>>;
}

/** A question whose answer is kept with the request. */
function ReasonDialog({ opener, title, description, label, placeholder, confirm, success, run: action }: ReasonDialogProps) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const { run, pending, fields } = useAction(action, {
    inline: true,
    success,
    onSuccess: () => {
      setOpen(false);
      router.refresh();
    },
  });
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="outline">{opener}</Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{title}</DialogTitle>
          <DialogDescription>{description}</DialogDescription>
        </DialogHeader>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const text = new FormData(event.currentTarget).get("text");
            void run(typeof text === "string" ? text : "");
          }}
        >
          <Field label={label} error={fields["reason"] ?? fields["how"]}>
            <Input name="text" required minLength={3} maxLength={500} placeholder={placeholder} autoComplete="off" />
          </Field>
          <DialogFooter>
            <Button type="button" variant="outline" onClick={() => setOpen(false)}>
              Back
            </Button>
            <Button type="submit" pending={pending}>
              {confirm}
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
