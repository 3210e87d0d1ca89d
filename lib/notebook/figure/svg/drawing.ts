import { rasterise } from "./raster";
import { type FigureSize, type FigureSpec, renderSvg } from "./render";

export interface FigureToDraw {
  readonly spec: FigureSpec;
  readonly size: FigureSize;
}

/** A figure as SVG, and as a PNG file in base64. */
export interface Drawing {
  readonly svg: string;
  readonly png: string;
}

/**
 * Draws a figure in this process.
 *
 * @throws AlcapError `usage` for traces that cannot be drawn without a browser
 */
export async function drawFigure({ spec, size }: FigureToDraw): Promise<Drawing> {
  const svg = await renderSvg(spec, size);
  return { svg, png: await rasterise(svg) };
}
