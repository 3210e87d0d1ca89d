import path from "node:path";
import { verifyCorpus } from "../../data/corpus";
import { command } from "../command";
import { flag, folder, required } from "../options";
import { terminalReporter } from "../terminal";

/** `alcap verify data`. */
export const { run, parse } = command({
  name: "verify data",
  about:
    "Checks a corpus that `alcap prepare` wrote, and a Songbook's playlists within it: sizes and SHA-256 of its files, every song, row, " +
    "sound and representation; that splits share no song, that the variants follow from the votes, and that all counts add up. " +
    "Exit code 1 when anything is wrong.",
  arguments: { corpus: required(folder("DIR", "the corpus")) },
  options: { json: flag("one JSON object instead of text") },
  action: verifyData,
});

async function verifyData({ corpus, json }: { readonly corpus: string; readonly json: boolean }): Promise<number> {
  const { about, findings, first, checked } = await verifyCorpus(corpus, terminalReporter()("songs"));
  if (json) console.log(JSON.stringify({ folder: corpus, name: about.name, findings, first, checked }));
  else {
    for (const [part, { songs, rows, audio }] of Object.entries(checked))
      console.log(
        `${path.join(corpus, part)}: ${part === "." ? about.name : part}, ${songs} songs, ${rows} table rows, ${audio} audio files checked`,
      );
    console.log(
      findings === 0 ? "  nothing wrong" : `  ${findings} findings${findings > first.length ? "; the first ten" : ""}:`,
    );
    for (const { file, row, problem } of first) console.log(`  ${file}${row === undefined ? "" : `, row ${row}`}: ${problem}`);
  }
  return findings === 0 ? 0 : 1;
}
