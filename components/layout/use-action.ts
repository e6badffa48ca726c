"use client";

import { useCallback, useState, useTransition } from "react";
import { toast } from "@/components/ui/sonner";
import type { FieldErrors, Result } from "@/domain/kernel/model";

export interface UseActionOptions<O> {
  /** Toast after success; a function makes it from what came back. */
  success?: string | ((data: O) => string);
  onSuccess?: (data: O) => void;
  /** The form shows `fields` beside its controls: then there is no toast for those, and the first wrong one gets the focus. */
  inline?: boolean;
  /** Called instead of the toast; field errors are in `fields` either way. */
  onError?: (error: Extract<Result<O>, { ok: false }>["error"]) => void;
}

/**
 * Calls a server action and takes care of what can go wrong: refusals (toast and field errors), no connection, and a
 * page that is older than the server (offers a reload; what was typed stays until then).
 */
export function useAction<I, O>(action: (input: I) => Promise<Result<O>>, options: UseActionOptions<O> = {}) {
  const [pending, start] = useTransition();
  const [fields, setFields] = useState<FieldErrors>({});

  const run = (input: I): Promise<Result<O>> =>
    new Promise((done) => {
      start(async () => {
        const result = await call(action, input);
        if (result.ok) {
          setFields({});
          const text = typeof options.success === "function" ? options.success(result.data) : options.success;
          if (text) toast.success(text);
          options.onSuccess?.(result.data);
        } else {
          setFields(result.error.fields ?? {});
          const wrong = options.inline === true && Object.keys(result.error.fields ?? {}).length > 0;
          if (wrong) focusFirstInvalid();
          if (options.onError) options.onError(result.error);
          else if (!wrong) toast.error(result.error.message);
        }
        done(result);
      });
    });
  const clear = useCallback(() => setFields({}), []);
  return { run, pending, fields, clear };
}

/** Once the errors are drawn. */
function focusFirstInvalid(): void {
  setTimeout(() => document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus(), 50);
}

async function call<I, O>(action: (input: I) => Promise<Result<O>>, input: I): Promise<Result<O>> {
  try {
    return await action(input);
  } catch (error) {
    if (isStale(error)) {
      toast.warning("Tributary was updated.", {
        description: "Reload the page to go on. Copy what you have typed first.",
        duration: Number.POSITIVE_INFINITY,
        action: { label: "Reload", onClick: () => window.location.reload() },
      });
      return { ok: false, error: { code: "CONFLICT", message: "Tributary was updated: reload the page, then try again." } };
    }
    return { ok: false, error: { code: "INTERNAL", message: "The server did not answer. Check the connection, then try again." } };
  }
}

/** Action ids belong to one build: after an update the server no longer knows those of open pages. */
const isStale = (error: unknown): boolean =>
  error instanceof Error &&
  (/Failed to find Server Action|Server Action .*was not found/i.test(error.message) || error.name === "UnrecognizedActionError");
