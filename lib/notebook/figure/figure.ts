import path from "node:path";
import { AlcapError } from "../../errors";
import { writeWhole } from "../../files/whole-file";
import { display } from "../display";
import { showable } from "../escape";
import { drawnByRunner } from "../kernel/drawn";
import type { Json, MimeBundle } from "../kernel/ipynb";
import { drawFigure } from "./svg/drawing";
import { FIGURE_SIZE, type FigureSpec } from "./svg/render";

export interface FigureOptions {
  /** Pixels (default 700). */
  readonly width?: number;
  /** Pixels (default 420). */
  readonly height?: number;
  /** Names the saved files, and the figure where only text can be shown. */
  readonly name?: string;
  /** Where `<name>.svg` and `<name>.json` (the plotly figure) are saved; without it nothing is. */
  readonly folder?: string;
}

/**
 * Shows a figure as one output: interactive where the front end knows plotly, else as a PNG, else as one line of text. Why not as SVG: an
 * untrusted notebook shows none, and nbconvert prefers it to the PNG and then strips it to its words.
 *
 * @returns the bundle in plain Node; nothing in a kernel
 * @throws AlcapError `usage` for traces that need a browser or a folder without a name, `record` when saving fails
 */
export async function displayFigure(spec: FigureSpec, options: FigureOptions = {}): Promise<MimeBundle | undefined> {
  const { width = FIGURE_SIZE.width, height = FIGURE_SIZE.height, name, folder } = options;
  const sized: FigureSpec = { data: spec.data, layout: { ...spec.layout, width, height } };
  const figure = { spec: sized, size: { width, height } };
  const { svg, png } = (await drawnByRunner(figure)) ?? (await drawFigure(figure));
  if (folder !== undefined) saveFigure(folder, name, sized, svg);
  return display(
    {
      "application/vnd.plotly.v1+json": { data: sized.data, layout: sized.layout, config: { displaylogo: false } },
      "image/png": png,
      "text/plain": `Figure: ${titleOf(spec) ?? name ?? "untitled"}`,
    },
    { "image/png": { width, height } },
  );
}

function saveFigure(folder: string, name: string | undefined, spec: FigureSpec, svg: string): void {
  if (name === undefined)
    throw new AlcapError("usage", `A figure for ${folder} has no name.`, "Give displayFigure a name beside the folder.");
  writeWhole(path.join(folder, `${name}.svg`), `${svg}\n`);
  writeWhole(path.join(folder, `${name}.json`), `${JSON.stringify(spec)}\n`);
}

/** Those that the house has escaped. */
const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#36;": "$" };

/** The title of a figure as plain text. */
export function titleOf(spec: FigureSpec): string | undefined {
  const title: Json | undefined = spec.layout.title;
  const text = typeof title === "object" && title !== null && "text" in title ? title.text : title;
  return typeof text === "string" ? plainWords(text) : undefined;
}

/** A figure's words, which plotly takes for markup, as plain text. */
export const plainWords = (words: string): string =>
  showable(words.replace(/<[^>]*>/g, "").replace(/&[^;]+;/g, (entity) => ENTITIES[entity] ?? entity));
