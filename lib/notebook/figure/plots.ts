import type { Interval } from "../../metric/certainty";
import { escapePlotly } from "../escape";
import type { JsonObject } from "../kernel/ipynb";
import { column, type Matrix, packedMatrix, poolMatrix } from "./numbers";
import {
  DIVERGING_SCALE,
  type FigureFrame,
  frameLayout,
  PAPER_GREY,
  SEQUENTIAL_SCALE,
  type Source,
  seriesColour,
  seriesName,
} from "./style";
import type { FigureSpec } from "./svg/render";

/** Pale bars with an outline; a hatching would be prettier, but not every SVG reader draws patterns. */
const PAPER_BAR = { color: "#CFCFCF", line: { color: PAPER_GREY, width: 1.5 } } as const;
/** Up to this many cells a side, cells are drawn apart, with a hair between them. */
const FEW_CELLS = 40;

/** One line or cloud of points. */
export interface Series {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Interval around each y: a shaded band of a line, whiskers of points. */
  readonly low?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
  readonly source?: Source;
  /** Place in the palette; by default the place among the series. */
  readonly colour?: number;
}

/** Lines over a numeric axis; few points also get markers. */
export function lineFigure(series: readonly Series[], frame: FigureFrame = {}): FigureSpec {
  const data = series.flatMap((one, index) => [...bandTraces(one, index), lineTrace(one, index)]);
  return { data, layout: { ...frameLayout(frame), showlegend: series.length > 1 } };
}

/** Points over two numeric axes, with whiskers where an interval is given. */
export function scatterFigure(
  series: readonly (Series & { readonly labels?: readonly string[] })[],
  frame: FigureFrame = {},
): FigureSpec {
  const data = series.map((one, index) => ({
    type: "scatter",
    mode: one.labels ? "markers+text" : "markers",
    name: seriesName(one.name, one.source),
    x: column(one.x),
    y: column(one.y),
    ...(one.labels && { text: one.labels.map(escapePlotly), textposition: "top center" }),
    ...(one.low && one.high && reaches(one.y, one.low, one.high)),
    marker: {
      color: seriesColour(one.colour ?? index, one.source, one.name),
      size: 7,
      opacity: 0.8,
      symbol: one.source === "paper" ? "circle-open" : "circle",
    },
  }));
  return { data, layout: { ...frameLayout(frame), showlegend: series.length > 1 } };
}

/** One group of bars: a value for each label, with or without an interval. */
export interface BarSeries {
  readonly name: string;
  readonly values: readonly (number | Interval)[];
  readonly source?: Source;
  /** Place in the palette; by default the place among the series. */
  readonly colour?: number;
}

export interface BarOptions extends FigureFrame {
  /** How the series of a label stand (default: beside each other). */
  readonly arrangement?: "beside" | "stacked";
}

/** Bars for each label, with interval whiskers; the paper's bars are pale grey with an outline. */
export function barFigure(labels: readonly string[], series: readonly BarSeries[], frame: BarOptions = {}): FigureSpec {
  const data = series.map((one, index) => ({
    type: "bar",
    name: seriesName(one.name, one.source),
    x: labels.map(escapePlotly),
    y: one.values.map((value) => (typeof value === "number" ? value : value.mean)),
    marker: { color: seriesColour(one.colour ?? index, one.source, one.name), ...(one.source === "paper" && PAPER_BAR) },
    ...whiskers(one.values),
  }));
  const layout = frameLayout(frame);
  const barmode = frame.arrangement === "stacked" ? "stack" : "group";
  const bars = { ...layout, barmode, bargap: 0.25, showlegend: series.length > 1 };
  return { data, layout: labels.length > MANY_LABELS ? { ...bars, ...crowded(layout, labels) } : bars };
}

/** More labels than this stand upright, each of them, and the legend makes room for them. */
const MANY_LABELS = 40;

function crowded(layout: JsonObject, labels: readonly string[]): JsonObject {
  const ticks = { tickmode: "array", tickvals: labels.map(escapePlotly), tickangle: -90, tickfont: { size: 10 } };
  const above = { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" };
  return { xaxis: { ...(layout.xaxis as JsonObject), ...ticks }, legend: above };
}

export interface HeatmapOptions extends FigureFrame {
  /** What the colour measures, with its unit, e.g. "Power (dB)". */
  readonly colour?: string;
  readonly scale?: "sequential" | "diverging";
  /** Limits of the colours; by default the data's. */
  readonly colourRange?: readonly [number, number];
  /** A name for each column or row, e.g. tokens. Repeated names are kept apart. */
  readonly columnNames?: readonly string[];
  readonly rowNames?: readonly string[];
  /** Positions of the first and the last column or row, e.g. seconds; by default their indices. */
  readonly columnSpan?: readonly [number, number];
  readonly rowSpan?: readonly [number, number];
  /** Where row 0 stands: at the bottom (a spectrogram, the default) or at the top (a table). */
  readonly firstRow?: "bottom" | "top";
  /** More than this is averaged in blocks (default 128 × 300). */
  readonly maxRows?: number;
  readonly maxColumns?: number;
  /** Digits kept after the point; 0 makes a spectrogram in dB four times smaller. */
  readonly decimals?: number;
}

/** A matrix in colours: a spectrogram `[mel band, frame]`, an attention map `[query, key]`. */
export function heatmapFigure(matrix: Matrix | readonly ArrayLike<number>[], options: HeatmapOptions = {}): FigureSpec {
  const { maxRows = 128, maxColumns = 300, scale = "sequential", colourRange, firstRow = "bottom" } = options;
  const whole = "values" in matrix && "rows" in matrix ? matrix : fromRows(matrix);
  const pooled = poolMatrix(whole, options.rowNames ? whole.rows : maxRows, options.columnNames ? whole.columns : maxColumns);
  const trace = {
    type: "heatmap",
    z: packedMatrix(pooled, options.decimals),
    ...placement("x", whole.columns, pooled.columns, options.columnSpan),
    ...placement("y", whole.rows, pooled.rows, options.rowSpan),
    colorscale: scale === "diverging" ? DIVERGING_SCALE : SEQUENTIAL_SCALE,
    ...(Math.max(pooled.rows, pooled.columns) <= FEW_CELLS && { xgap: 1, ygap: 1 }),
    ...(scale === "diverging" && { zmid: 0 }),
    ...(colourRange && { zmin: colourRange[0], zmax: colourRange[1] }),
    colorbar: {
      thickness: 14,
      outlinewidth: 0,
      ...(options.colour !== undefined && { title: { text: escapePlotly(options.colour), side: "right" } }),
    },
  };
  const layout = frameLayout(options);
  const xaxis = { ...(layout.xaxis as JsonObject), showgrid: false, ...namedTicks(options.columnNames) };
  const yaxis = {
    ...(layout.yaxis as JsonObject),
    showgrid: false,
    ...namedTicks(options.rowNames),
    ...(firstRow === "top" && { autorange: "reversed" }),
  };
  return { data: [trace], layout: { ...layout, xaxis, yaxis, showlegend: false } };
}

/** One training curve: a value for each step. */
export interface Curve {
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** Step of each value; by default 1, 2, 3, … */
  readonly steps?: ArrayLike<number>;
}

/**
 * Training curves: the raw values faint, their centred running mean in full colour.
 *
 * @param smooth width of the running mean in values (default a fortieth of the longest curve)
 */
export function trainingCurves(curves: readonly Curve[], frame: FigureFrame & { readonly smooth?: number } = {}): FigureSpec {
  const longest = Math.max(1, ...curves.map((curve) => curve.values.length));
  const width = frame.smooth ?? Math.ceil(longest / 40);
  const data = curves.flatMap(({ name, values, steps }, index) => {
    const x = steps ?? Array.from(values, (_, step) => step + 1);
    const raw = {
      ...lineTrace({ name, x, y: values }, index),
      mode: "lines",
      opacity: 0.25,
      showlegend: false,
      hoverinfo: "skip",
    };
    const mean = { ...lineTrace({ name, x, y: runningMean(values, width) }, index), mode: "lines" };
    return width > 1 ? [raw, mean] : [mean];
  });
  return { data, layout: { ...frameLayout({ x: "Step", y: "Loss", ...frame }), showlegend: curves.length > 1 } };
}

/** Several reference lines of one figure are told apart. */
const DASHES = ["dot", "dash", "dashdot", "longdash"] as const;

/** A value on one axis, with what it is. */
export type Reference = { readonly label: string } & ({ readonly y: number } | { readonly x: number });

/** The figure with a dotted line at a value of either axis, named in the legend, e.g. the bound log N. */
export function withReference(spec: FigureSpec, reference: Reference): FigureSpec {
  const { shapes = [] } = spec.layout as { shapes?: JsonObject[] };
  const across = { type: "line", xref: "paper", x0: 0, x1: 1 };
  const up = { type: "line", yref: "paper", y0: 0, y1: 1 };
  const place = "y" in reference ? { ...across, y0: reference.y, y1: reference.y } : { ...up, x0: reference.x, x1: reference.x };
  const name = escapePlotly(reference.label);
  const dash = DASHES[shapes.length % DASHES.length]!;
  const line = { ...place, line: { color: "#333333", width: 1.5, dash }, showlegend: true, name };
  return { ...spec, layout: { ...spec.layout, shapes: [...shapes, line], showlegend: true } };
}

function lineTrace(series: Series, index: number): JsonObject {
  const { name, x, y, source, colour = index } = series;
  return {
    type: "scatter",
    mode: y.length <= 30 ? "lines+markers" : "lines",
    name: seriesName(name, source),
    x: column(x),
    y: column(y),
    line: { color: seriesColour(colour, source, name), width: 2, ...(source === "paper" && { dash: "dash" }) },
  };
}

function bandTraces(series: Series, index: number): JsonObject[] {
  const { name, x, low, high, source, colour = index } = series;
  if (!low || !high) return [];
  const edge = { type: "scatter", mode: "lines", x: column(x), line: { width: 0 }, showlegend: false, hoverinfo: "skip" };
  const shade = { fill: "tonexty", fillcolor: `${seriesColour(colour, source, name)}33` };
  return [
    { ...edge, y: column(low) },
    { ...edge, ...shade, y: column(high) },
  ];
}

function whiskers(values: readonly (number | Interval)[]): JsonObject {
  if (values.every((value) => typeof value === "number")) return {};
  const end = (which: "mean" | "low" | "high") => values.map((value) => (typeof value === "number" ? value : value[which]));
  return reaches(end("mean"), end("low"), end("high"));
}

/** Error bars from the ends of intervals. */
function reaches(mean: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>): JsonObject {
  const lengths = (ends: ArrayLike<number>): (number | null)[] =>
    Array.from(mean, (value, index) => {
      const reach = Math.abs(ends[index]! - value);
      return Number.isFinite(reach) ? reach : null; // one score has no interval, which is not one of no width
    });
  const ends = { array: lengths(high), arrayminus: lengths(low) };
  return { error_y: { type: "data", symmetric: false, ...ends, color: "#333333", thickness: 1.5, width: 4 } };
}

function fromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  return { rows: rows.length, columns, values: rows.flatMap((row) => Array.from(row)) };
}

/** Where the centres of `parts` blocks lie, when the first and the last of `count` cells lie at the ends of the span. */
function placement(
  axis: "x" | "y",
  count: number,
  parts: number,
  [first, last]: readonly [number, number] = [0, count - 1],
): JsonObject {
  const step = count > 1 ? (last - first) / (count - 1) : 1;
  const block = count / parts;
  return { [`${axis}0`]: first + ((block - 1) / 2) * step, [`d${axis}`]: block * step };
}

function namedTicks(names: readonly string[] | undefined): JsonObject {
  if (!names) return {};
  return { tickmode: "array", tickvals: names.map((_, index) => index), ticktext: names.map(escapePlotly) };
}

/** Means over windows of `width` centred on each value, narrower at the ends. */
function runningMean(values: ArrayLike<number>, width: number): number[] {
  const half = Math.floor(width / 2);
  return Array.from(values, (_, centre) => {
    const reach = Math.min(half, centre, values.length - 1 - centre);
    let sum = 0;
    for (let index = centre - reach; index <= centre + reach; index++) sum += values[index]!;
    return sum / (2 * reach + 1);
  });
}
