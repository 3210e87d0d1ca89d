import path from "node:path";
import { writeWhole } from "../../files/whole-file";
import { audioUri } from "../audio";
import { display, escapeHtml } from "../display";
import type { MimeBundle } from "../kernel/ipynb";
import type { Matrix } from "./numbers";
import { pictureUri } from "./picture";

/** One sound to look at and to hear. */
export interface GalleryItem {
  readonly title: string;
  /** Stands under the title, one line each. */
  readonly lines: readonly string[];
  /** Amplitudes in [−1, 1], `[T]`. */
  readonly audio: Float32Array;
  /** Its spectrogram, row 0 the lowest. */
  readonly picture: Matrix;
}

export interface GalleryOptions {
  /** Hz. */
  readonly sampleRate: number;
  /** Values of the darkest and the brightest colour of the pictures, one pair for all. */
  readonly range: readonly [number, number];
  /** Seconds that can be played in the notebook (default 6); about 21 kB each at 16 kHz. */
  readonly seconds?: number;
  readonly name?: string;
  /** Where `<name>.svg`, the pictures with their words, is saved. */
  readonly folder?: string;
}

/** Pixels. */
const PICTURE = { width: 260, height: 96 } as const;
const CARD = { width: 640, height: 112 } as const;

/**
 * Shows sounds in one output: picture, words and a player each; where nothing can be played, the pictures and words as SVG.
 *
 * @returns the bundle (HTML, SVG, plain text) in plain Node; nothing in a kernel
 * @throws AlcapError `usage` for an empty sound, `record` when saving fails
 */
export function displayGallery(items: readonly GalleryItem[], options: GalleryOptions): MimeBundle | undefined {
  const pictures = items.map(({ picture }) => pictureUri(picture, { range: options.range }));
  const svg = gallerySvg(items, pictures);
  if (options.folder !== undefined) writeWhole(path.join(options.folder, `${options.name ?? "gallery"}.svg`), `${svg}\n`);
  return display({
    "text/html": galleryHtml(items, pictures, options),
    "image/svg+xml": svg,
    "text/plain": items.map(({ title, lines }) => [title, ...lines].join("\n  ")).join("\n"),
  });
}

function galleryHtml(items: readonly GalleryItem[], pictures: readonly string[], options: GalleryOptions): string {
  const { sampleRate, seconds } = options;
  const rows = items.map(({ title, lines, audio }, index) => {
    const { uri } = audioUri(audio, sampleRate, title, seconds === undefined ? {} : { seconds });
    const words = [`<b>${escapeHtml(title)}</b>`, ...lines.map(escapeHtml)].join("<br>");
    const picture = `<img alt="spectrogram" width="${PICTURE.width}" height="${PICTURE.height}" src="${pictures[index]}">`;
    const player = `<audio controls preload="metadata" src="${uri}"></audio>`;
    return `<tr><td>${picture}</td><td align="left" style="text-align:left">${words}</td><td>${player}</td></tr>`;
  });
  return ["<table>", ...rows, "</table>"].join("\n");
}

function gallerySvg(items: readonly GalleryItem[], pictures: readonly string[]): string {
  const cards = items.map(({ title, lines }, index) => {
    const y = index * CARD.height + 8;
    const x = PICTURE.width + 24;
    const image = `<image x="8" y="${y}" width="${PICTURE.width}" height="${PICTURE.height}" preserveAspectRatio="none" href="${pictures[index]}"/>`;
    const words = lines.map((line, at) => `<text x="${x}" y="${y + 36 + 18 * at}">${escapeHtml(line)}</text>`);
    return [image, `<text x="${x}" y="${y + 16}" font-weight="bold">${escapeHtml(title)}</text>`, ...words].join("\n");
  });
  const height = items.length * CARD.height + 8;
  const frame = `xmlns="http://www.w3.org/2000/svg" width="${CARD.width}" height="${height}" viewBox="0 0 ${CARD.width} ${height}"`;
  const style = 'font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#333333"';
  return [`<svg ${frame} ${style}>`, '<rect width="100%" height="100%" fill="#FFFFFF"/>', ...cards, "</svg>"].join("\n");
}
