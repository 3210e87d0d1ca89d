// The process that draws the figures of all notebooks of a run. Started by run-all.ts: plotly.js is loaded once, and its code stays warm.
import { drawFigure } from "../figure/svg/drawing";
import { serve } from "./helper";

serve(drawFigure);
