import path from "node:path";
import { projectRoot } from "../../../files/project";

/** The part of sharp used here. */
type Sharp = (
  input: Buffer,
  options: { readonly density: number },
) => {
  flatten(options: { readonly background: string }): {
    png(options: { readonly palette: true; readonly effort: number; readonly compressionLevel: number }): {
      toBuffer(): Promise<Buffer>;
    };
  };
};

/** Two pixels for each of the figure's, for screens that have them; an SVG's own measure is 72 dots an inch. */
const DENSITY = 144;

/**
 * An SVG as a PNG file in base64, on white, with the fonts that travel with the project: one machine gives the same bytes again, and
 * others the same letters.
 */
export async function rasterise(svg: string): Promise<string> {
  // Sharp comes with the tokeniser's library, as the one that reads pictures there.
  const sharp: Sharp = require(require.resolve("sharp", { paths: [require.resolve("@huggingface/transformers")] }));
  const { FONTCONFIG_FILE } = process.env;
  process.env.FONTCONFIG_FILE = path.join(projectRoot(), "lib/notebook/figure/fonts/fonts.conf"); // looked at when the first text is drawn
  try {
    const picture = sharp(Buffer.from(svg), { density: DENSITY }).flatten({ background: "#FFFFFF" });
    return (await picture.png({ palette: true, effort: 7, compressionLevel: 9 }).toBuffer()).toString("base64");
  } finally {
    if (FONTCONFIG_FILE === undefined) delete process.env.FONTCONFIG_FILE;
    else process.env.FONTCONFIG_FILE = FONTCONFIG_FILE;
  }
}
