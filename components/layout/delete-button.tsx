"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import type { Result } from "@/domain/kernel/model";
import { useAction } from "./use-action";

interface Props {
  id: string;
  name: string;
  /** What it is, as in "Delete list". */
  noun: string;
  /** What goes with it, for the question. */
  loses: ReactNode;
  remove: (input: { id: string }) => Promise<Result<null>>;
  /** Where one is afterwards. */
  leadsTo: string;
}

/** Deletes a thing after a question; a refusal (it is still used) is said inside the question, where one can act on it. */
export function DeleteButton({ id, name, noun, loses, remove, leadsTo }: Props) {
  const router = useRouter();
  const [asked, setAsked] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const deletion = useAction(remove, {
    success: `${name} deleted`,
    onSuccess: () => {
      router.push(leadsTo);
      router.refresh();
    },
    onError: (error) => setRefused(error.message),
  });
  return (
    <>
      <Button
        variant="destructive-outline"
        className="justify-self-start"
        onClick={() => {
          setRefused(null);
          setAsked(true);
        }}
      >
        <Trash2 aria-hidden />
        Delete {noun}
      </Button>
      <AlertDialog open={asked} onOpenChange={setAsked}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Delete {name}?</AlertDialogTitle>
            <AlertDialogDescription>{loses} This cannot be undone.</AlertDialogDescription>
          </AlertDialogHeader>
          {refused && (
            <p role="alert" className="text-sm text-destructive-text">
              {refused}
            </p>
          )}
          <AlertDialogFooter>
            <AlertDialogCancel />
            <Button variant="destructive" pending={deletion.pending} onClick={() => void deletion.run({ id })}>
              Delete
            </Button>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </>
  );
}
