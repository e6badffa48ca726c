"use client";

import { Ellipsis, Plus, Send } from "lucide-react";
import { useState } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Empty } from "@/components/ui/empty";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { PROVIDERS } from "@/domain/channels/model";
import type { ChannelAccount, SenderCheck } from "@/domain/channels/model";
import type { Result } from "@/domain/kernel/model";
import { CHANNEL_LABELS } from "@/domain/messages/model";
import { AccountSheet } from "./account-sheet";
import { CheckDialog, TestDialog } from "./account-dialogs";

export interface ChannelChanges {
  save(input: unknown): Promise<Result<{ id: string }>>;
  test(input: { id: string; to: string }): Promise<Result<{ text: string }>>;
  pause(input: { id: string }): Promise<Result<unknown>>;
  resume(input: { id: string }): Promise<Result<unknown>>;
  remove(input: { id: string }): Promise<Result<unknown>>;
}

export interface ChannelAccountsProps {
  accounts: readonly ChannelAccount[];
  /** Public address of the install; null: it is not set, and the browser's is shown. */
  origin: string | null;
  check(input: { id: string }): Promise<Result<SenderCheck>>;
  /** Null for whoever may only read. */
  changes: ChannelChanges | null;
}

const number = new Intl.NumberFormat("en-GB");

/** The accounts that messages leave by. */
export function ChannelAccounts({ accounts, origin, check, changes }: ChannelAccountsProps) {
  const [edited, setEdited] = useState<ChannelAccount | "new" | null>(null);
  const [testing, setTesting] = useState<ChannelAccount | null>(null);
  const [checked, setChecked] = useState<ChannelAccount | null>(null);
  return (
    <>
      <PageHeader
        title="Channels"
        description="The accounts that messages are sent by. A channel without one sends into the sink, where every message can be read and none leaves."
        actions={
          changes ? (
            <Button onClick={() => setEdited("new")}>
              <Plus aria-hidden />
              Add account
            </Button>
          ) : undefined
        }
      />
      {accounts.length === 0 ? (
        <Empty
          icon={Send}
          title="Everything goes into the sink"
          description="Journeys and broadcasts run whole, and what they say is under Messages, but nothing leaves this install. Add an account to send for real."
        />
      ) : (
        <Table aria-label="Accounts">
          <TableCaption className="sr-only">Accounts by channel</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>Account</TableHead>
              <TableHead>Channel</TableHead>
              <TableHead>State</TableHead>
              <TableHead className="text-right">Sent, 24 h</TableHead>
              <TableHead className="text-right">Failed tries, 24 h</TableHead>
              <TableHead>
                <span className="sr-only">Actions</span>
              </TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {accounts.map((account) => (
              <Row
                key={account.id}
                account={account}
                changes={changes}
                edit={() => setEdited(account)}
                test={() => setTesting(account)}
                check={() => setChecked(account)}
              />
            ))}
          </TableBody>
        </Table>
      )}
      {changes && edited !== null ? (
        <AccountSheet account={edited === "new" ? null : edited} origin={origin} save={changes.save} close={() => setEdited(null)} />
      ) : null}
      {changes && testing !== null ? <TestDialog account={testing} test={changes.test} close={() => setTesting(null)} /> : null}
      {checked === null ? null : <CheckDialog account={checked} check={check} close={() => setChecked(null)} />}
    </>
  );
}

function Row(props: { account: ChannelAccount; changes: ChannelChanges | null; edit(): void; test(): void; check(): void }) {
  const { account, changes, edit, test, check } = props;
  const nothing = async (): Promise<Result<unknown>> => ({ ok: true, data: null });
  const pause = useAction(changes?.pause ?? nothing, { success: `${account.name} paused: its messages wait` });
  const resume = useAction(changes?.resume ?? nothing, { success: `${account.name} resumed` });
  const remove = useAction(changes?.remove ?? nothing, { success: `${account.name} removed` });
  const isMail = account.channel === "email";
  return (
    <TableRow>
      <TableCell className="max-w-64">
        <span className="block truncate font-medium">{account.name}</span>
        <span className="block truncate text-xs text-muted-foreground">
          {PROVIDERS[account.provider].label}
          {account.settings["from"] ? `, ${account.settings["from"]}` : ""}
          {account.perMinute === null ? "" : `, ${number.format(account.perMinute)} a minute`}
        </span>
      </TableCell>
      <TableCell className="whitespace-nowrap">
        {CHANNEL_LABELS[account.channel]} {account.isDefault ? <Badge variant="primary">Default</Badge> : null}
      </TableCell>
      <TableCell className="max-w-72">
        <State account={account} />
      </TableCell>
      <TableCell className="text-right tabular-nums">{number.format(account.sent)}</TableCell>
      <TableCell className="text-right tabular-nums">{number.format(account.failed)}</TableCell>
      <TableCell className="text-right">
        {changes ? (
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              <Button variant="ghost" size="icon" aria-label={`Actions for ${account.name}`}>
                <Ellipsis aria-hidden />
              </Button>
            </DropdownMenuTrigger>
            <DropdownMenuContent align="end">
              <DropdownMenuItem onSelect={edit}>Edit account</DropdownMenuItem>
              {account.channel !== "web_push" ? <DropdownMenuItem onSelect={test}>Send a test</DropdownMenuItem> : null}
              {isMail ? <DropdownMenuItem onSelect={check}>Check the sender&apos;s domain</DropdownMenuItem> : null}
              {account.status === "active" ? (
                <DropdownMenuItem onSelect={() => void pause.run({ id: account.id })}>Pause</DropdownMenuItem>
              ) : (
                <DropdownMenuItem onSelect={() => void resume.run({ id: account.id })}>Resume</DropdownMenuItem>
              )}
              <DropdownMenuItem onSelect={() => void remove.run({ id: account.id })}>Remove account and its keys</DropdownMenuItem>
            </DropdownMenuContent>
          </DropdownMenu>
        ) : null}
      </TableCell>
    </TableRow>
  );
}

function State({ account }: { account: ChannelAccount }) {
  const { status, openUntil, lastError } = account;
  const [variant, label] =
    status === "paused"
      ? (["warning", "Paused, messages wait"] as const)
      : openUntil === null
        ? (["success", "Works"] as const)
        : (["destructive", "Resting after failures"] as const);
  return (
    <>
      <Badge variant={variant}>{label}</Badge>
      {openUntil === null ? null : (
        <span className="block text-xs text-muted-foreground">
          Tries again <Time iso={openUntil} />
        </span>
      )}
      {lastError === null ? null : <span className="line-clamp-2 block text-xs text-muted-foreground">{lastError}</span>}
    </>
  );
}
