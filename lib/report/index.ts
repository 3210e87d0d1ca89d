import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import type { Preset } from "../experiment/preset/songbook";
import { recordedRuns } from "../experiment/run/songbook-material";
import { projectRoot } from "../files/project";
import { readText } from "../files/read";
import { writeWhole } from "../files/whole-file";
import { figuresSection, type NotebookLink } from "./figures-section";
import { type Html, link, prose, text } from "./html";
import { withWeights, writeModels } from "./models";
import { recordsSection } from "./records-section";
import { shownSongs } from "./songs";
import { songsSection } from "./songs-section";
import { style } from "./style";
import { tablesSection } from "./tables-section";
import { trainingOf, trySection, weightsMissing } from "./try-section";
import { verdictSection } from "./verdict-section";

/** Folder beside the page with its script and the models that it runs. */
const BESIDE = "page";

/**
 * Writes a preset's results as one page, `results/<preset>/index.html`, from its records and figures; where the trained weights are on
 * this machine, with the models to try, in a folder beside it. The page asks no network for anything, from disk as from a server.
 *
 * @returns the page's path
 * @throws AlcapError `record` when a record is damaged
 */
export async function writeReport(preset: Preset): Promise<string> {
  const shown = shownSongs(preset);
  const { facts } = shown;
  const { results, runs: folder } = facts.workspace;
  const records = recordedRuns(facts);
  const notebooks = notebooksOf(results);
  const beside = path.join(results, BESIDE);
  clear(beside);
  const tries = withWeights(shown).length > 0 ? await writeModels(shown, beside) : undefined;
  const sections = [
    verdictSection(preset, records),
    await tablesSection(preset, records, folder),
    songsSection(shown),
    tries ? trySection(tries, megabytesOf(beside), trainingOf(shown)) : weightsMissing(shown),
    figuresSection(path.join(results, "figures"), notebooks),
    recordsSection(preset, folder, notebooks),
  ];
  const page = path.join(results, "index.html");
  writeWhole(page, documentOf(preset, sections, tries !== undefined));
  return page;
}

/** Removes the scripts that an earlier page had beside it, and nothing else. */
function clear(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.endsWith(".js")) rmSync(path.join(folder, name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

const megabytesOf = (folder: string) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0) / 1e6;

/** The notebooks, executed for this preset where they are, with addresses from the page. */
function notebooksOf(results: string): NotebookLink[] {
  const source = path.join(projectRoot(), "notebooks");
  return readdirSync(source)
    .filter((name) => name.endsWith(".ipynb"))
    .sort()
    .map((name) => {
      const own = path.join(results, "notebooks", name);
      const file = existsSync(own) ? own : path.join(source, name);
      const address = path.relative(results, file).split(path.sep).join("/");
      return { number: name.slice(0, 2), heading: headingOf(file) ?? name, address };
    });
}

/** The first line of a notebook's first cell, without its mark. */
function headingOf(file: string): string | undefined {
  const { cells } = JSON.parse(readText(file, { code: "record" })) as { cells?: { source?: string | string[] }[] };
  const source = cells?.[0]?.source ?? "";
  return /^#\s+(.*)/.exec(Array.isArray(source) ? (source[0] ?? "") : source)?.[1]?.trim();
}

/** From disk, `'self'` is no address in every browser, so `file:` stands beside it; nothing may be fetched. */
const POLICY =
  "default-src 'none'; script-src 'self' file: 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src data:; media-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'";

function documentOf(preset: Preset, sections: readonly Html[], script: boolean): Html {
  const contents = sections.flatMap((one) => {
    const [, id = "", heading = ""] = /<section id="([^"]*)"[^>]*>\n<h2[^>]*>([\s\S]*?)<\/h2>/.exec(one) ?? [];
    return id ? [`<li><a href="#${id}">${heading}</a></li>`] : [];
  });
  const title = `ALCAP on Songbook: results of ${preset.name}`;
  return [
    "<!doctype html>",
    '<html lang="en-GB">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${text(title)}</title>`,
    `<style>${style}</style>`,
    script ? `<script src="${BESIDE}/page.js" defer></script>` : "",
    "</head>",
    "<body>",
    '<a class="skip" href="#verdict">To the results</a>',
    "<header>",
    '<p class="kicker">ALCAP: Alignment-Augmented Music Captioner, in TypeScript notebooks</p>',
    `<h1>${text(title)}</h1>`,
    `<p>He et al. (EMNLP 2023) caption songs from their audio and lyrics. BART is given the lyrics, BART-fusion the music too; ALCAP also aligns the two. Here all three are trained on Songbook, a generated corpus whose truth is known: ${prose(preset.about)}.</p>`,
    "</header>",
    `<nav aria-label="Contents"><ul>${contents.join("")}</ul></nav>`,
    `<main>\n${sections.join("\n")}\n</main>`,
    `<footer><p>Written by ${prose(`\`npx alcap report --preset ${preset.name}\``)} from ${link("runs", "the records")} and figures of this folder. What Songbook generates is in the public domain (CC0).</p></footer>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
