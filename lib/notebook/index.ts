// What a cell needs to show things, and what the command line and the tests need to run notebooks.
export { type AudioOptions, displayAudio } from "./audio";
export { display } from "./display";
export { displayFigure, type FigureOptions } from "./figure";
export { displayGallery, type GalleryItem, type GalleryOptions } from "./gallery";
export { installKernelspec } from "./kernelspec";
export { type HistogramOptions, histogramFigure, type PanelOptions, panelFigure } from "./panels";
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
} from "./plots";
export { notebookProgress } from "./progress";
export { displayEquation, paperSays, weFind } from "./prose";
export { type NotebookFailure, type NotebookRun, type RunOptions, runAllNotebooks, runNotebook } from "./run";
export { displaySource, findSource, type SourceOptions, type SourceText } from "./source";
export type { FigureFrame, Source } from "./style";
export { type FigureSize, type FigureSpec, renderSvg } from "./svg/render";
export { displayTable, formatInterval, type TableCell, type TableColumn, type TableOptions } from "./table";
