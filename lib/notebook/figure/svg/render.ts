import { createHash } from "node:crypto";
import { AlcapError } from "../../../errors";
import type { JsonObject } from "../../kernel/ipynb";
import type { PlotlyPage } from "./window";

/** A figure for plotly.js: traces and layout, plain JSON. */
export interface FigureSpec {
  readonly data: readonly JsonObject[];
  readonly layout: JsonObject;
}

/** Pixels. */
export interface FigureSize {
  readonly width: number;
  readonly height: number;
}

export const FIGURE_SIZE: FigureSize = { width: 700, height: 420 };

/** Traces that need neither WebGL nor a map: the others hang or come out empty without a browser. */
const DRAWABLE = new Set(["scatter", "bar", "heatmap", "histogram", "box", "violin"]);

let page: PlotlyPage | undefined; // loaded once: it takes longer than any figure

/**
 * Draws a figure as SVG in plain Node, without a browser. The same figure gives the same bytes. Heatmaps come as a PNG inside the SVG.
 *
 * @throws AlcapError `usage` for traces that cannot be drawn without a browser (3-D, WebGL, maps)
 */
export async function renderSvg(spec: FigureSpec, size: FigureSize = FIGURE_SIZE): Promise<string> {
  refuseUndrawable(spec);
  page ??= (await import("./window.js")).openPlotlyPage();
  const { Plotly, document } = page;
  page.reseed();
  const container = document.createElement("div");
  document.body.appendChild(container);
  try {
    // Parsed inside the page, so that plotly meets its own realm's arrays and objects.
    const text = JSON.stringify({ data: spec.data, layout: { ...spec.layout, ...size } });
    const { data, layout } = page.JSON.parse(text) as FigureSpec;
    await Plotly.newPlot(container, data, layout, { staticPlot: true });
    return withOwnIds(Plotly.Snapshot.toSVG(container, "svg", 1), text);
  } finally {
    Plotly.purge(container);
    container.remove();
  }
}

/**
 * The SVG with names that begin with a digest of the figure: SVGs of one page share their names, and another figure's clip path of the
 * same name would cut this one.
 */
export function withOwnIds(svg: string, content: string): string {
  const prefix = `f${createHash("sha256").update(content).digest("hex").slice(0, 12)}-`;
  return svg
    .replace(/(\sid=")([^"]+)"/g, `$1${prefix}$2"`)
    .replace(/url\((&quot;|'|)#/g, `url($1#${prefix}`)
    .replace(/(\s(?:xlink:)?href=")#/g, `$1#${prefix}`);
}

function refuseUndrawable(spec: FigureSpec): void {
  for (const [index, trace] of spec.data.entries()) {
    const type = String(trace.type ?? "scatter");
    if (!DRAWABLE.has(type)) {
      const known = [...DRAWABLE].join(", ");
      throw new AlcapError(
        "usage",
        `Trace ${index + 1} of the figure is of type ${type}, which cannot be drawn without a browser.`,
        `Use one of: ${known}.`,
      );
    }
  }
}
