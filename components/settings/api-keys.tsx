"use client";

import { Ellipsis, KeyRound, Plus, RefreshCw, Trash2 } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Empty } from "@/components/ui/empty";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { ApiKeyInfo } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";
import { CreateKeyForm, KeyBox, type NewKey } from "./create-key-form";

type Act<I, O> = (input: I) => Promise<Result<O>>;
type Made = { key: string; info: ApiKeyInfo };

export interface ApiKeysProps {
  keys: readonly ApiKeyInfo[];
  /** ISO time of the page, so that server and browser agree on what has expired. */
  now: string;
  rotate: Act<{ id: string }, Made>;
  revoke: Act<{ id: string }, { id: string }>;
}

export function CreateKeyButton({ create }: { create: Act<NewKey, Made> }) {
  const [open, setOpen] = useQueryState("create", parseAsBoolean.withDefault(false));
  return (
    <>
      <Button onClick={() => void setOpen(true)}>
        <Plus aria-hidden />
        Create API key
      </Button>
      <Dialog open={open} onOpenChange={(next) => void setOpen(next || null)}>
        <DialogContent>{open ? <CreateKeyForm create={create} close={() => void setOpen(null)} /> : null}</DialogContent>
      </Dialog>
    </>
  );
}

type State = "active" | "ending" | "expired" | "revoked";

function stateOf(key: ApiKeyInfo, now: string): State {
  if (key.revokedAt && key.revokedAt <= now) return "revoked";
  if (key.expiresAt && key.expiresAt <= now) return "expired";
  return key.revokedAt ? "ending" : "active";
}

const STATE = {
  active: ["success", "Active"],
  ending: ["warning", "Ending"],
  expired: ["default", "Expired"],
  revoked: ["default", "Revoked"],
} as const;

export function ApiKeysTable({ keys, now, rotate, revoke }: ApiKeysProps) {
  if (keys.length === 0) {
    return (
      <Empty
        icon={KeyRound}
        title="No API keys yet"
        description="A key lets your own servers read profiles through the Profile API, or start imports. To send events, use the write key of a source instead."
      />
    );
  }
  return (
    <Table aria-label="API keys">
      <TableCaption className="sr-only">API keys, newest first</TableCaption>
      <TableHeader>
        <TableRow>
          <TableHead>Name</TableHead>
          <TableHead>Key</TableHead>
          <TableHead>Scopes</TableHead>
          <TableHead>State</TableHead>
          <TableHead>Last used</TableHead>
          <TableHead>Expires</TableHead>
          <TableHead>
            <span className="sr-only">Actions</span>
          </TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {keys.map((key) => (
          <KeyRow key={key.id} item={key} state={stateOf(key, now)} rotate={rotate} revoke={revoke} />
        ))}
      </TableBody>
    </Table>
  );
}

function KeyRow({ item, state, rotate, revoke }: { item: ApiKeyInfo; state: State } & Pick<ApiKeysProps, "rotate" | "revoke">) {
  const [made, setMade] = useState<Made | null>(null);
  const [asking, setAsking] = useState(false);
  const rotating = useAction(rotate, {
    onSuccess: (data) => {
      setMade(data);
    },
  });
  const revoking = useAction(revoke, {
    success: `${item.name} revoked`,
    onSuccess: () => {
      setAsking(false);
    },
  });
  const over = state === "revoked" || state === "expired";
  const [variant, label] = STATE[state];
  return (
    <TableRow>
      <TableCell>
        <span className="block max-w-48 truncate font-medium">{item.name}</span>
        <span className="block max-w-48 truncate text-xs text-muted-foreground">
          {item.createdByName ? `by ${item.createdByName}, ` : ""}
          <Time iso={item.createdAt} />
        </span>
      </TableCell>
      <TableCell className="font-mono text-xs whitespace-nowrap">
        {item.prefix}…{item.last4}
      </TableCell>
      <TableCell>
        <span className="flex max-w-72 flex-wrap gap-1">
          {item.scopes.map((scope) => (
            <Badge key={scope} variant={scope === "personal_data:see" ? "warning" : "default"}>
              {scope}
            </Badge>
          ))}
        </span>
      </TableCell>
      <TableCell>
        <Badge variant={variant} dot>
          {label}
        </Badge>
      </TableCell>
      <TableCell className="whitespace-nowrap text-muted-foreground">
        {item.lastUsedAt ? <Time iso={item.lastUsedAt} /> : "Never"}
      </TableCell>
      <TableCell className="whitespace-nowrap text-muted-foreground">
        {state === "ending" && item.revokedAt ? <Time iso={item.revokedAt} /> : item.expiresAt ? <Time iso={item.expiresAt} /> : "Never"}
      </TableCell>
      <TableCell className="text-right">
        {over ? null : (
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${item.name}`}>
                <Ellipsis aria-hidden />
              </Button>
            </DropdownMenuTrigger>
            <DropdownMenuContent align="end" className="w-44">
              {state === "active" ? (
                <DropdownMenuItem onSelect={() => void rotating.run({ id: item.id })}>
                  <RefreshCw aria-hidden />
                  Rotate key
                </DropdownMenuItem>
              ) : null}
              <DropdownMenuItem variant="destructive" onSelect={() => setAsking(true)}>
                <Trash2 aria-hidden />
                Revoke key
              </DropdownMenuItem>
            </DropdownMenuContent>
          </DropdownMenu>
        )}
        <Dialog open={made !== null} onOpenChange={(open) => !open && setMade(null)}>
          <DialogContent className="text-left">
            <DialogHeader>
              <DialogTitle>{item.name} has a new key</DialogTitle>
              <DialogDescription>The old one works for 24 hours more. Put the new one in place until then.</DialogDescription>
            </DialogHeader>
            {made ? <KeyBox text={made.key} /> : null}
          </DialogContent>
        </Dialog>
        <AlertDialog open={asking} onOpenChange={setAsking}>
          <AlertDialogContent className="text-left">
            <AlertDialogHeader>
              <AlertDialogTitle>Revoke {item.name}?</AlertDialogTitle>
              <AlertDialogDescription>
                Whatever uses this key is refused within 30 seconds. This cannot be undone. To replace it without a gap, rotate it instead.
              </AlertDialogDescription>
            </AlertDialogHeader>
            <AlertDialogFooter>
              <AlertDialogCancel />
              <Button variant="destructive" pending={revoking.pending} onClick={() => void revoking.run({ id: item.id })}>
                Revoke key
              </Button>
            </AlertDialogFooter>
          </AlertDialogContent>
        </AlertDialog>
      </TableCell>
    </TableRow>
  );
}
