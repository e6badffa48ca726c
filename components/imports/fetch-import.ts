import type { ImportDetail, ImportListItem } from "@/domain/imports/model";
import type { Result } from "@/domain/kernel/model";

async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(url, { cache: "no-store", ...(signal ? { signal } : {}) });
  const answer = (await response.json()) as Result<T>;
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.data;
}

export const fetchImport = (id: string, signal?: AbortSignal): Promise<ImportDetail> => get(`/api/imports/${id}`, signal);
export const fetchImports = (signal?: AbortSignal): Promise<ImportListItem[]> => get("/api/imports", signal);

export interface Upload {
  /** Settles when the server has taken and looked at the file. */
  done: Promise<Result<{ id: string }>>;
  abort(): void;
}

/** Sends a file as it lies (never read into memory); `onProgress` hears the share sent, 0 to 1. */
export function uploadImport(id: string, file: File, onProgress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const failure = (message: string): Result<never> => ({ ok: false, error: { code: "INTERNAL", message } });
  const done = new Promise<Result<{ id: string }>>((resolve) => {
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      try {
        resolve(JSON.parse(request.responseText) as Result<{ id: string }>);
      } catch {
        resolve(failure("The server's answer could not be read. Try again."));
      }
    });
    request.addEventListener("error", () => resolve(failure("The connection broke. Check it and upload the file again.")));
    request.addEventListener("abort", () => resolve(failure("The upload was stopped.")));
    request.open("POST", `/api/imports/upload?id=${encodeURIComponent(id)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  });
  return { done, abort: () => request.abort() };
}
