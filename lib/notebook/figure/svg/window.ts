import { readFileSync } from "node:fs";
import { type CanvasElement, createCanvasStore } from "./canvas";
import { type SvgNode, textBox, textWidth } from "./metrics";

interface Element extends SvgNode {
  remove(): void;
}

/** plotly.js, as far as it is used. */
export interface Plotly {
  newPlot(container: Element, data: unknown, layout: unknown, config: { readonly staticPlot: boolean }): Promise<unknown>;
  purge(container: Element): void;
  readonly Snapshot: { toSVG(container: Element, format: "svg", scale: number): string };
}

/** A page without a browser, with plotly loaded in it. */
export interface PlotlyPage {
  readonly Plotly: Plotly;
  readonly JSON: { parse(text: string): unknown };
  readonly document: { createElement(name: "div"): Element; readonly body: { appendChild(element: Element): void } };
  /** Plotly names clip paths at random: the same start for every figure gives the same bytes. */
  reseed(): void;
}

type Method = (this: Element & CanvasElement, ...args: unknown[]) => unknown;
type Prototype = { readonly prototype: Record<string, Method> };

interface DomWindow extends Omit<PlotlyPage, "reseed"> {
  [name: string]: unknown;
  readonly Element: Prototype;
  readonly SVGElement: Prototype;
  readonly HTMLCanvasElement: Prototype;
  readonly URL: { createObjectURL?: () => string };
  readonly Math: { random: () => number };
  eval(source: string): void;
}

type Jsdom = {
  readonly JSDOM: new (html: string, options: { readonly runScripts: "outside-only" }) => { readonly window: DomWindow };
};

const MISSING_IN_JSDOM = [
  "TextDecoder",
  "TextEncoder",
  "fetch",
  "Request",
  "Response",
  "structuredClone",
  "queueMicrotask",
] as const;
const MINIMAL_STANDARD = { multiplier: 16807, modulus: 2147483647 };

/** Loads jsdom and plotly.js (about 1.5 s) and gives the page what jsdom lacks: text sizes, a canvas, repeatable random numbers. */
export function openPlotlyPage(): PlotlyPage {
  const { JSDOM }: Jsdom = require("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only" });
  for (const name of MISSING_IN_JSDOM) if (!(name in window)) window[name] = globalThis[name];
  window.URL.createObjectURL = () => "blob:none";
  window.matchMedia = () => ({ matches: false, addListener() {}, addEventListener() {} });
  window.requestAnimationFrame = (callback: () => void) => setTimeout(callback, 0);
  window.cancelAnimationFrame = clearTimeout;
  addLayout(window);
  addCanvas(window);
  let seed = 1;
  window.Math.random = () => {
    seed = (seed * MINIMAL_STANDARD.multiplier) % MINIMAL_STANDARD.modulus;
    return seed / MINIMAL_STANDARD.modulus;
  };
  window.eval(readFileSync(require.resolve("plotly.js-dist-min/plotly.min.js"), "utf8"));
  const reseed = (): void => {
    seed = 1;
  };
  return { Plotly: window.Plotly, JSON: window.JSON, document: window.document, reseed };
}

function addLayout(window: DomWindow): void {
  const rect = (node: SvgNode, scope: "inside" | "page") => {
    const { left, top, width, height } = textBox(node, scope) ?? { left: 0, top: 0, width: 0, height: 0 };
    return { x: left, y: top, left, top, width, height, right: left + width, bottom: top + height };
  };
  window.SVGElement.prototype.getBBox = function () {
    return rect(this, "inside");
  };
  window.SVGElement.prototype.getComputedTextLength = function () {
    return textBox(this, "inside")?.width ?? textWidth(this.textContent ?? "", 12);
  };
  window.Element.prototype.getBoundingClientRect = function () {
    return rect(this, "page");
  };
}

function addCanvas(window: DomWindow): void {
  const canvases = createCanvasStore();
  window.HTMLCanvasElement.prototype.getContext = function (kind) {
    return kind === "2d" ? canvases.context(this) : null;
  };
  window.HTMLCanvasElement.prototype.toDataURL = function () {
    return canvases.dataUrl(this);
  };
}
