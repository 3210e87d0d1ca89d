import { type Box, transformBox, unionBox } from "./transform";

// jsdom has no layout engine. What plotly needs of one is the size of its texts, so that is computed here from the font's advance widths.

/** Advance widths of Helvetica (Arial has the same), thousandths of the font size, for the characters from space to tilde. */
const HELVETICA_WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
  722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222,
  500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
] as const;
const FIRST_CHARACTER = 32;
const OTHER_WIDTH = 600;
/** A reader's machine may put a wider font in Helvetica's place (DejaVu Sans is about an eighth wider): room is left for it. */
const FALLBACK_ROOM = 1.12;
const BOLD_ROOM = 1.07;
const ASCENT = 0.92;
const LINE_HEIGHT = 1.17;
/** Distance between the baselines of a multi-line text, as plotly sets it. */
const LINE_SPACING = 1.3;
const DEFAULT_FONT_SIZE = 12;

/** What is read of an SVG node; the real ones are jsdom's. */
export interface SvgNode {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly parentElement: SvgNode | null;
  readonly style?: { readonly fontSize: string; readonly fontWeight: string; readonly textAnchor?: string };
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgNode>;
}

/** Width of one line of text in pixels, with some room for a wider font. */
export function textWidth(text: string, fontSize: number, weight: "normal" | "bold" = "normal"): number {
  let thousandths = 0;
  for (const character of text) thousandths += HELVETICA_WIDTHS[(character.codePointAt(0) ?? 0) - FIRST_CHARACTER] ?? OTHER_WIDTH;
  return (thousandths / 1000) * fontSize * FALLBACK_ROOM * (weight === "bold" ? BOLD_ROOM : 1);
}

/**
 * The box around all texts inside a node, undefined where there is none.
 *
 * @param scope `inside`: in the node's own coordinates (SVG's getBBox); `page`: after its own and its ancestors' transforms (getBoundingClientRect)
 */
export function textBox(node: SvgNode, scope: "inside" | "page"): Box | undefined {
  const texts = isText(node) ? [node] : [...node.querySelectorAll("text")];
  return unionBox(texts.map((text) => placed(text, scope === "inside" ? node : null)));
}

/** A text's box, moved by every transform from the text up to, and without, `end`. */
function placed(text: SvgNode, end: SvgNode | null): Box {
  let box = ownBox(text);
  for (let at: SvgNode | null = text; at && at !== end; at = at.parentElement) {
    const transform = at.getAttribute("transform");
    if (transform) box = transformBox(box, transform);
  }
  return box;
}

function isText(node: SvgNode): boolean {
  return /^(text|tspan)$/i.test(node.tagName);
}

function ownBox(node: SvgNode): Box {
  const size = fontSize(node);
  const lines = [...node.querySelectorAll("tspan.line")].map((line) => line.textContent ?? "");
  const texts = lines.length > 0 ? lines : [node.textContent ?? ""];
  const width = Math.max(...texts.map((text) => textWidth(text, size, isBold(node) ? "bold" : "normal")));
  const height = size * (LINE_HEIGHT + LINE_SPACING * (texts.length - 1));
  const anchor = inherited(node, (at) => at.style?.textAnchor || at.getAttribute("text-anchor")) ?? "start";
  const shift = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
  const [x, y] = [Number(node.getAttribute("x")) || 0, Number(node.getAttribute("y")) || 0];
  return { left: x - shift, top: y - ASCENT * size, width, height };
}

function fontSize(node: SvgNode): number {
  const size = Number.parseFloat(inherited(node, (at) => at.style?.fontSize || at.getAttribute("font-size")) ?? "");
  return Number.isFinite(size) ? size : DEFAULT_FONT_SIZE;
}

function isBold(node: SvgNode): boolean {
  const weight = inherited(node, (at) => at.style?.fontWeight || at.getAttribute("font-weight"));
  return weight === "bold" || Number(weight) >= 600;
}

function inherited(node: SvgNode, read: (node: SvgNode) => string | null | undefined): string | undefined {
  for (let at: SvgNode | null = node; at; at = at.parentElement) {
    const value = read(at);
    if (value) return value;
  }
  return undefined;
}
