import { plainWords } from "../notebook/figure/figure";
import type { FigureSpec } from "../notebook/figure/svg/render";
import { attribute } from "./html";

type Trace = FigureSpec["data"][number];

/** How plotly's SVG marks a trace of a kind, and a point of it. */
const KINDS = [
  { type: "bar", trace: /<g class="trace bars"/g, point: /(<g class="point"[^>]*>)/g },
  { type: "scatter", trace: /<g class="trace scatter trace[^"]*"/g, point: /(<path class="point"[^>]*?)\/>/g },
] as const;

/**
 * Gives each bar and marker of a drawing a `<title>`, which browsers show as a tooltip. Where a drawing has not the points of
 * its figure one by one, it stays as it is.
 */
export function withTooltips(svg: string, { data }: FigureSpec): string {
  return KINDS.reduce((drawn, { type, trace, point }) => {
    const traces = inDrawnOrder(data.filter((one) => String(one.type ?? "scatter") === type));
    const starts = [...drawn.matchAll(trace)].map(({ index }) => index);
    if (starts.length !== traces.length) return drawn;
    const parts = starts.map((start, at) => titled(drawn.slice(start, starts[at + 1]), traces[at]!, point));
    return drawn.slice(0, starts[0]) + parts.join("");
  }, svg);
}

/** Plotly draws subplot by subplot. */
const inDrawnOrder = (traces: readonly Trace[]) => {
  const subplot = ({ xaxis = "x" }: Trace) => Number(/^x(\d+)$/.exec(String(xaxis))?.[1] ?? 1);
  return [...traces].sort((a, b) => subplot(a) - subplot(b));
};

function titled(drawn: string, trace: Trace, point: RegExp): string {
  const [x, y] = [valuesOf(trace.x), valuesOf(trace.y)];
  const count = [...drawn.matchAll(point)].length;
  if (count === 0 || count !== y.length) return drawn;
  let at = 0;
  return drawn.replace(point, (whole, open: string) => {
    const title = `<title>${attribute(said(trace, x[at], y[at++]))}</title>`;
    return whole.endsWith("/>") ? `${open}>${title}</path>` : `${open}${title}`;
  });
}

const valuesOf = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);
const shown = (one: unknown) => (typeof one === "number" ? Number(one.toPrecision(4)).toString() : plainWords(String(one ?? "")));

function said({ name }: Trace, x: unknown, y: unknown): string {
  const series = typeof name === "string" ? `${shown(name)}: ` : "";
  return `${series}${shown(x)}, ${shown(y)}`;
}
