import { escapePlotly } from "../escape";
import type { JsonObject } from "../kernel/ipynb";

/** Whose number it is. One convention throughout: the paper's are grey, their names italic, their lines dashed; ours are in colour. */
export type Source = "ours" | "paper";

/** Okabe and Ito's colours, told apart with every common colour blindness; the yellow is left out, too faint on white. */
export const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"] as const;
export const PAPER_GREY = "#7F7F7F";
const TEXT = "#333333";
const GRID = "#E5E5E5";

export const SEQUENTIAL_SCALE = "Viridis";
/** Blue for negative, white for zero, vermilion for positive. */
export const DIVERGING_SCALE = [
  [0, "#0072B2"],
  [0.5, "#FFFFFF"],
  [1, "#D55E00"],
] as const;

export interface AxisOptions {
  /** What is measured, with its unit, e.g. "Loss (nats per token)". */
  readonly label?: string;
  /** From lowest to highest, whatever the scale. */
  readonly range?: readonly [number, number];
  readonly scale?: "linear" | "log";
  /** Where values are written; by default at round numbers. */
  readonly ticks?: readonly number[];
  /** What stands at 0, 1, 2, …, where the axis counts levels. */
  readonly levels?: readonly string[];
}

/** What every figure can be told; an axis may be given as its label alone. */
export interface FigureFrame {
  readonly title?: string;
  readonly x?: string | AxisOptions;
  readonly y?: string | AxisOptions;
}

/** The house style as a plotly layout. */
export function frameLayout(frame: FigureFrame): JsonObject {
  return {
    font: { family: "Helvetica, Arial, sans-serif", size: 13, color: TEXT },
    ...(frame.title !== undefined && {
      title: { text: escapePlotly(frame.title), x: 0.01, xanchor: "left", font: { size: 15 } },
    }),
    margin: { l: 56, r: 24, t: frame.title === undefined ? 24 : 52, b: 52 },
    colorway: [...COLOURS],
    paper_bgcolor: "#FFFFFF",
    plot_bgcolor: "#FFFFFF",
    xaxis: axisLayout(frame.x),
    yaxis: axisLayout(frame.y),
    showlegend: true,
  };
}

/** Places of the methods in the palette, the same in every figure whatever else it shows. */
const METHOD_PLACES: ReadonlyMap<string, number> = new Map([
  ["BART", 0],
  ["BART-fusion", 1],
  ["ALCAP", 2],
]);

/** A series' colour: a method's own, else its place in the palette; grey for the paper's. */
export function seriesColour(index: number, source: Source = "ours", name = ""): string {
  return source === "paper" ? PAPER_GREY : COLOURS[(METHOD_PLACES.get(name) ?? index) % COLOURS.length]!;
}

/** A series' name in the legend: text from data is not read as markup. */
export function seriesName(name: string, source: Source = "ours"): string {
  return source === "paper" ? `<i>${escapePlotly(name)} (paper)</i>` : escapePlotly(name);
}

function axisLayout(axis: string | AxisOptions = {}): JsonObject {
  const { label, range, scale = "linear", ticks, levels }: AxisOptions = typeof axis === "string" ? { label: axis } : axis;
  const limits = range?.map((limit) => (scale === "log" ? Math.log10(limit) : limit));
  return {
    ...(label !== undefined && { title: { text: escapePlotly(label), standoff: 10 } }),
    ...(limits && { range: limits }),
    ...(ticks && { tickmode: "array", tickvals: [...ticks] }),
    ...(levels && { tickmode: "array", tickvals: [...levels.keys()], ticktext: levels.map((level) => seriesName(level)) }),
    type: scale === "log" ? "log" : "-",
    automargin: true,
    gridcolor: GRID,
    linecolor: TEXT,
    showline: true,
    ticks: "outside",
    ticklen: 4,
    zeroline: false,
  };
}
