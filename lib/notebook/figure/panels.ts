import type { JsonObject } from "../kernel/ipynb";
import { type BarSeries, barFigure } from "./plots";
import { type FigureFrame, frameLayout } from "./style";
import type { FigureSpec } from "./svg/render";

export interface PanelOptions {
  readonly title?: string;
  /** Panels in a row (default 2). */
  readonly columns?: number;
  /** Relative heights of the rows (default: all alike). */
  readonly heights?: readonly number[];
}

/** Shares of the figure's width and height left free between panels, for their axes and titles; more where axes are labelled. */
const GAP = { x: 0.07, labelledX: 0.1, y: 0.12, labelledY: 0.19 } as const;

/**
 * Several figures as one, row by row, each with its own axes and its title above it. Legends and colour bars are left out, so panels
 * of one kind should share their colours and ranges.
 */
export function panelFigure(figures: readonly FigureSpec[], { title, columns = 2, heights = [] }: PanelOptions = {}): FigureSpec {
  const rows = Math.ceil(figures.length / columns);
  const inner = figures.filter((_, index) => Math.floor(index / columns) < rows - 1);
  const right = figures.filter((_, index) => index % columns > 0);
  const columnGap = right.some((figure) => labelled(figure, "yaxis")) ? GAP.labelledX : GAP.x;
  const rowGap = inner.some((figure) => labelled(figure, "xaxis")) ? GAP.labelledY : GAP.y;
  const xs = spans(new Array<number>(columns).fill(1), columnGap);
  const ys = spans(
    [...new Array(rows).keys()].map((row) => heights[row] ?? 1),
    rowGap,
  );
  const annotations: JsonObject[] = [];
  const axes: [string, JsonObject][] = [];
  const data = figures.flatMap((figure, index) => {
    const [left, right] = xs[index % columns]!;
    const [top, bottom] = ys[Math.floor(index / columns)]!;
    const place = index === 0 ? "" : String(index + 1);
    const { xaxis, yaxis } = figure.layout as { xaxis?: JsonObject; yaxis?: JsonObject };
    axes.push([`xaxis${place}`, { ...smaller(xaxis), domain: [left, right], anchor: `y${place}` }]);
    axes.push([`yaxis${place}`, { ...smaller(yaxis), domain: [1 - bottom, 1 - top], anchor: `x${place}` }]);
    annotations.push(...panelTitle(figure, left, 1 - top));
    const home = { xaxis: `x${place}`, yaxis: `y${place}`, showlegend: false };
    return figure.data.map((trace) => ({ ...trace, ...home, ...(trace.type === "heatmap" && { showscale: false }) }));
  });
  const frame = frameLayout(title === undefined ? {} : { title });
  const margin = { ...(frame.margin as JsonObject), t: title === undefined ? 40 : 76 };
  const { barmode, bargap } = (figures[0]?.layout ?? {}) as { barmode?: string; bargap?: number };
  const bars = { ...(barmode !== undefined && { barmode }), ...(bargap !== undefined && { bargap }) };
  return { data, layout: { ...frame, ...bars, ...Object.fromEntries(axes), annotations, showlegend: false, margin } };
}

const labelled = ({ layout }: FigureSpec, axis: "xaxis" | "yaxis"): boolean => titled(layout[axis] as JsonObject | undefined);

const titled = (axis: JsonObject | undefined): boolean => axis?.title !== undefined;

/** The axis with a label that fits a panel. */
function smaller(axis: JsonObject | undefined): JsonObject {
  if (!axis || !titled(axis)) return { ...axis };
  return { ...axis, title: { ...(axis.title as JsonObject), font: { size: 12 }, standoff: 4 } };
}

/** A panel's title stands above its left edge. */
function panelTitle({ layout }: FigureSpec, x: number, y: number): JsonObject[] {
  const { title } = layout as { title?: { text?: string } };
  if (title?.text === undefined) return [];
  const corner = { x, y, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom" };
  return [{ text: title.text, ...corner, showarrow: false, font: { size: 13 } }];
}

/** Where each part begins and ends between 0 and 1, with a gap between neighbours. */
function spans(weights: readonly number[], gap: number): [number, number][] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const room = 1 - gap * (weights.length - 1);
  let at = 0;
  return weights.map((weight) => {
    const from = at;
    at += (weight / total) * room + gap;
    return [from, at - gap];
  });
}

export interface HistogramOptions extends FigureFrame {
  /** Width of a bin, in the values' unit. */
  readonly bin: number;
  /** The values are multiples of the bin, up to rounding: bins stand around the multiples instead of between them (default false). */
  readonly counted?: boolean;
}

/** How often values fall into bins of equal width: the share of each series, in percent, over the middle of the bin. */
export function histogramFigure(
  series: readonly { readonly name: string; readonly values: ArrayLike<number>; readonly colour?: number }[],
  { bin, counted = false, ...frame }: HistogramOptions,
): FigureSpec {
  const bins = (values: ArrayLike<number>) =>
    Array.from(values, (value) => (counted ? Math.round(value / bin) : Math.floor(value / bin)));
  const all = series.flatMap(({ values }) => bins(values));
  const first = all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const count = all.length === 0 ? 0 : last - first + 1;
  const bars = series.map(({ name, values, colour }): BarSeries => {
    const shares = new Array<number>(count).fill(0);
    for (const place of bins(values)) shares[place - first]! += 100 / values.length;
    return { name, values: shares, ...(colour !== undefined && { colour }) };
  });
  const { data, layout } = barFigure([], bars, frame);
  const x = Array.from({ length: count }, (_, place) => (first + place + (counted ? 0 : 0.5)) * bin);
  return {
    data: data.map((trace) => ({ ...trace, x, opacity: 0.75 })),
    layout: { ...layout, barmode: "overlay", bargap: 0.04 },
  };
}
