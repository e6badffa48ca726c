import type { JourneyDefinition } from "@/domain/journeys/model";
import { nodeOf } from "./edit";
import { edgePath, layOut } from "./layout";
import { entryWords, stepName, stepWords, type Names } from "./words";

const MARGIN = 32;
const HEIGHT = 76;
const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
/** As much of the text as fits; 6.1 px is what a letter of 12 px takes on average. */
const cut = (text: string, width: number, size: number): string => {
  const most = Math.floor(width / (size * 0.51));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

/** The whole drawing as an SVG document on white, drawn from its layout. Size in px. */
function drawingAsSvg(definition: JourneyDefinition, names: Names, title: string): { svg: string; width: number; height: number } {
  const { nodes, edges } = layOut(definition, HEIGHT);
  const boxes = [
    ...nodes,
    ...definition.notes.map((note) => ({ id: note.id, kind: "note" as const, x: note.x, y: note.y, width: 180, height: 112 })),
  ];
  const left = Math.min(...boxes.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...boxes.map(({ y }) => y)) - MARGIN - 28;
  const width = Math.max(...boxes.map((box) => box.x + box.width)) + MARGIN - left;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN - top;
  const text = (x: number, y: number, size: number, words: string, more = "") =>
    `<text x="${x}" y="${y}" font-size="${size}" ${more}>${escape(words)}</text>`;
  const nameOf = (id: string) => {
    const node = nodeOf(definition, id);
    return node ? stepName(node) : id;
  };
  const parts = [
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#fff"/>`,
    text(left + MARGIN, top + 28, 16, title, 'font-weight="600" fill="#16222b"'),
    ...edges.map((edge) => `<path d="${edgePath(edge)}" fill="none" stroke="#9aa7b0" stroke-width="1.5"/>`),
    ...edges
      .filter(({ label }) => label !== "")
      .map(
        (edge) =>
          `<rect x="${edge.column - 62}" y="${edge.labelY - 11}" width="124" height="22" rx="11" fill="#fff" stroke="#d3dadf"/>${text(edge.column, edge.labelY + 4, 12, cut(edge.label, 112, 12), 'text-anchor="middle" fill="#16222b"')}`,
      ),
    ...boxes.map((box) => {
      if (box.kind === "end")
        return `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="18" fill="#fff" stroke="#9aa7b0" stroke-dasharray="4 3"/>${text(box.x + box.width / 2, box.y + 22, 12, "End", 'text-anchor="middle" fill="#52606b"')}`;
      if (box.kind === "note") {
        const note = definition.notes.find(({ id }) => id === box.id);
        const lines = (note?.text ?? "").split("\n").flatMap((line) => line.match(/.{1,28}(?:\s|$)|.{1,28}/gu) ?? [""]);
        return `<rect x="${box.x}" y="${box.y}" width="180" height="112" rx="6" fill="#fff6de" stroke="#d8b45a"/>${lines
          .slice(0, 6)
          .map((line, i) => text(box.x + 8, box.y + 20 + i * 16, 12, line, 'fill="#16222b"'))
          .join("")}`;
      }
      const node = nodeOf(definition, box.id);
      const words = node ? stepWords(node, names, nameOf) : entryWords(definition.entry, names);
      return `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="8" fill="${node ? "#fff" : "#e6f4f7"}" stroke="#9aa7b0"/>${text(box.x + 14, box.y + 30, 13, cut(node ? stepName(node) : "Entry", box.width - 28, 13), 'font-weight="600" fill="#16222b"')}${text(box.x + 14, box.y + 52, 12, cut(words, box.width - 28, 12), 'fill="#52606b"')}`;
    }),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}" font-family="Inter, system-ui, sans-serif">${parts.join("")}</svg>`;
  return { svg, width, height };
}

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const fileName = (title: string): string =>
  title
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/gu, "")
    .toLowerCase() || "journey";

export function downloadSvg(definition: JourneyDefinition, names: Names, title: string): void {
  download(new Blob([drawingAsSvg(definition, names, title).svg], { type: "image/svg+xml" }), `${fileName(title)}.svg`);
}

/** Twice the size on screen, less where a browser's largest canvas would be passed. */
export async function downloadPng(definition: JourneyDefinition, names: Names, title: string): Promise<void> {
  const { svg, width, height } = drawingAsSvg(definition, names, title);
  const scale = Math.min(2, 16_000 / Math.max(width, height), Math.sqrt(120_000_000 / (width * height)));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("The browser could not draw the image.");
  download(blob, `${fileName(title)}.png`);
}
