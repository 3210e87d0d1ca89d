import { PNG } from "pngjs";

/**
 * A PNG file as a data URI. One Node version gives the same bytes again; another may pack them differently.
 *
 * @param pixels red, green, blue, alpha: `[height, width, 4]`, row by row
 */
export function pngUri(width: number, height: number, pixels: Uint8ClampedArray): string {
  const png = new PNG({ width, height });
  png.data = Buffer.from(pixels);
  // Few colours and many repeats: unfiltered rows and zlib's default strategy pack three times better than pngjs's own choice.
  return `data:image/png;base64,${PNG.sync.write(png, { filterType: 0, deflateStrategy: 0 }).toString("base64")}`;
}
