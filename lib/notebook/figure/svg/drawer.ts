// The process that draws the figures of all notebooks of a run. Started by kernel/run-all.ts: plotly.js is loaded once, and its code stays warm.
import { serve } from "../../kernel/helper";
import { drawFigure } from "./drawing";

serve(drawFigure);
