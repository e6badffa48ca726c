/** What a copy needs of the computed style to look the same outside of the page. */
const STYLES = [
  "color",
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "fill-opacity",
  "stroke-opacity",
  "background-color",
  "border",
  "border-radius",
  "font",
  "letter-spacing",
  "line-height",
  "text-align",
  "text-anchor",
  "white-space",
  "overflow",
  "text-overflow",
  "display",
  "position",
  "inset",
  "width",
  "height",
  "min-width",
  "margin",
  "padding",
  "grid-template-columns",
  "gap",
  "flex",
  "flex-direction",
  "flex-wrap",
  "align-items",
  "justify-content",
  "transform",
  "rotate",
  "translate",
  "box-shadow",
];
/** Pixels of the image for each pixel of the screen. */
const SCALE = 2;
const MARGIN = 16;

/** The drawing as PNG, with its title above it, on the page's background. */
export async function imageOf(drawing: HTMLElement, title: string): Promise<Blob> {
  const { width, height } = drawing.getBoundingClientRect();
  const copy = drawing.cloneNode(true) as HTMLElement;
  inlineStyles(drawing, copy);
  const page = getComputedStyle(document.body);
  const all = { width: width + 2 * MARGIN, height: height + 2 * MARGIN + 28 };
  const heading = document.createElement("div");
  heading.textContent = title;
  heading.style.cssText = `font: 600 14px ${page.fontFamily}; color: ${page.color}; height: 28px`;
  const frame = document.createElement("div");
  frame.setAttribute("xmlns", "http://www.w3.org/1999/xhtml");
  frame.style.cssText = `padding: ${MARGIN}px; background: ${page.backgroundColor}; width: ${width}px; height: ${height + 28}px`;
  frame.append(heading, copy);
  const markup = new XMLSerializer().serializeToString(frame);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${all.width}" height="${all.height}"><foreignObject width="100%" height="100%">${markup}</foreignObject></svg>`;
  const image = new Image();
  // A data address: a canvas that drew a blob of markup could not be read any more.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(all.width * SCALE);
  canvas.height = Math.ceil(all.height * SCALE);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw images.");
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0);
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob === null ? fail(new Error("The image could not be made.")) : done(blob)), "image/png"),
  );
}

function inlineStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  const text = STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
  to.setAttribute("style", text);
  to.removeAttribute("class");
  for (let i = 0; i < from.children.length; i++) {
    const source = from.children[i];
    const target = to.children[i];
    if (source !== undefined && target !== undefined) inlineStyles(source, target);
  }
}

/** Gives a file to the reader. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
