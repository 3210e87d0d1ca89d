import path from "node:path";
import { writeWhole } from "../../files/whole-file";
import { audioUri } from "../audio";
import { display } from "../display";
import { escapeHtml, escapeXml, showable } from "../escape";
import type { MimeBundle } from "../kernel/ipynb";
import type { Matrix } from "./numbers";
import { pictureUri } from "./picture";
import { rasterise } from "./svg/raster";

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
 * Shows sounds in two outputs: their pictures and words as one picture, which every front end shows, and a player each, which some
 * leave out.
 *
 * @returns both bundles in plain Node; nothing in a kernel
 * @throws AlcapError `usage` for an empty sound, `record` when saving fails
 */
export async function displayGallery(
  items: readonly GalleryItem[],
  options: GalleryOptions,
): Promise<readonly MimeBundle[] | undefined> {
  const pictures = items.map(({ picture }) => pictureUri(picture, { range: options.range }));
  const svg = gallerySvg(items, pictures);
  if (options.folder !== undefined) writeWhole(path.join(options.folder, `${options.name ?? "gallery"}.svg`), `${svg}\n`);
  const words = items.map(({ title, lines }) => [title, ...lines].join("\n  ")).join("\n");
  const { width, height } = sheet(items.length);
  const pictured = display(
    { "image/png": await rasterise(svg), "text/plain": showable(words) },
    { "image/png": { width, height } },
  );
  const played = display({
    "text/html": players(items, options),
    "text/plain": "Audio players, where the front end has them.",
  });
  return pictured && played && [pictured, played];
}

function players(items: readonly GalleryItem[], { sampleRate, seconds }: GalleryOptions): string {
  const rows = items.map(({ title, audio }) => {
    const { uri } = audioUri(audio, sampleRate, title, seconds === undefined ? {} : { seconds });
    return `<tr><td align="left"><b>${escapeHtml(title)}</b></td><td><audio controls preload="metadata" src="${uri}"></audio></td></tr>`;
  });
  return ["<table>", ...rows, "</table>"].join("\n");
}

const sheet = (cards: number) => ({ width: CARD.width, height: cards * CARD.height + 8 });

function gallerySvg(items: readonly GalleryItem[], pictures: readonly string[]): string {
  const cards = items.map(({ title, lines }, index) => {
    const y = index * CARD.height + 8;
    const x = PICTURE.width + 24;
    const image = `<image x="8" y="${y}" width="${PICTURE.width}" height="${PICTURE.height}" preserveAspectRatio="none" href="${pictures[index]}"/>`;
    const words = lines.map((line, at) => `<text x="${x}" y="${y + 36 + 18 * at}">${escapeXml(line)}</text>`);
    return [image, `<text x="${x}" y="${y + 16}" font-weight="bold">${escapeXml(title)}</text>`, ...words].join("\n");
  });
  const { width, height } = sheet(items.length);
  const frame = `xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const style = 'font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#333333"';
  return [`<svg ${frame} ${style}>`, '<rect width="100%" height="100%" fill="#FFFFFF"/>', ...cards, "</svg>"].join("\n");
}
