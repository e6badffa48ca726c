"use client";

import { cn } from "@/components/ui/cn";

/** Nothing loads and nothing runs inside: pictures from the network are shown as grey boxes with their text. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const BOX = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#cbd5e1"/><path d="M16 44l12-14 8 9 5-6 9 11z" fill="#64748b"/><circle cx="42" cy="23" r="5" fill="#64748b"/></svg>')}`;
const DARK = "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}</style>";

/** The document that goes into the frame. Mailboxes without a dark style of the mail's own invert its colours. */
export function frameDocument(html: string, dark: boolean): string {
  const safe = html.replace(/(<img\b[^>]*?\bsrc=")(?!data:)[^"]*"/giu, `$1${BOX}"`);
  const head = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">${dark ? DARK : ""}`;
  return /<head[^>]*>/iu.test(safe)
    ? safe.replace(/<head[^>]*>/iu, (tag) => `${tag}${head}`)
    : `<!doctype html><head>${head}</head>${safe}`;
}

/** A mail in a frame without scripts, origin or network. `scale` shrinks it for overviews. */
export function MailFrame({
  html,
  title,
  width,
  height,
  scale = 1,
  dark = false,
  inert = false,
  className,
}: {
  html: string;
  title: string;
  /** Pixels of the page inside. */
  width: number;
  height: number;
  scale?: number;
  dark?: boolean;
  /** A picture only: not reached by keyboard or pointer. */
  inert?: boolean;
  className?: string;
}) {
  return (
    <div className={cn("overflow-hidden bg-white", className)} style={{ maxWidth: width * scale, height: height * scale }} inert={inert}>
      <iframe
        title={title}
        sandbox=""
        srcDoc={frameDocument(html, dark)}
        tabIndex={inert ? -1 : 0}
        className="border-0"
        style={scale === 1 ? { width: "100%", height } : { width, height, transform: `scale(${scale})`, transformOrigin: "0 0" }}
      />
    </div>
  );
}
