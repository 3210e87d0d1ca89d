// What a cell needs to show things, and what the command line and the tests need to run notebooks.
export { type AudioOptions, displayAudio } from "./audio";
export { display } from "./display";
export { escapeHtml, escapeMarkdown } from "./escape";
export { type ArchitectureOptions, architectureFigure, parameterBlocks } from "./figure/architecture";
export { displayFigure, type FigureOptions } from "./figure/figure";
export { displayGallery, type GalleryItem, type GalleryOptions } from "./figure/gallery";
export { type HistogramOptions, histogramFigure, type PanelOptions, panelFigure } from "./figure/panels";
export {
  type BarOptions,
  type BarSeries,
  barFigure,
  type Curve,
  type HeatmapOptions,
  heatmapFigure,
  lineFigure,
  type Reference,
  type Series,
  scatterFigure,
  trainingCurves,
  withReference,
} from "./figure/plots";
export type { AxisOptions, FigureFrame, Source } from "./figure/style";
export { type FigureSize, type FigureSpec, renderSvg } from "./figure/svg/render";
export { contentOf, type ExecutedNotebooks, executedNotebooks, notebookInputs } from "./kernel/executed";
export { installKernelspec } from "./kernel/kernelspec";
export { type NotebookFailure, type NotebookRun, type RunOptions, runNotebook } from "./kernel/run";
export { type NotebookTask, type RunAllOptions, runNotebooks } from "./kernel/run-all";
export { notebookProgress } from "./progress";
export { displayEquation, paperSays, weFind } from "./prose";
export { displaySource, findSource, type SourceOptions, type SourceText } from "./source";
export { displayTable, formatInterval, type TableCell, type TableColumn, type TableOptions } from "./table";
