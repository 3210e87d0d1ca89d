import path from "node:path";
import { loadTokeniser, type Tokeniser, trainBpe } from "../../data/text/tokeniser";
import { fingerprint, sha256Of } from "../../files/fingerprint";
import { isFile, readText } from "../../files/read";
import { writeWhole } from "../../files/whole-file";
import type { Corpus, SongText } from "./corpus";

/** A tokeniser and the file it came from. */
export interface Words {
  readonly tokeniser: Tokeniser;
  readonly file: string;
}

/**
 * Byte-level BPE of `vocabulary` tokens learned from the training split's lyrics and interpretations, cached as `tokenizer.json` with its
 * SHA-256 beside it.
 */
export async function learnWords(
  { vocabulary }: { readonly vocabulary: number },
  corpus: Corpus<SongText>,
  folder: string,
): Promise<Words> {
  const file = path.join(folder, `words-${fingerprint([corpus.hash, vocabulary])}`, "tokenizer.json");
  const sum = `${file}.sha256`;
  if (!isFile(file) || !isFile(sum) || readText(sum) !== sha256Of(file)) {
    const lyrics = corpus.songs.filter(({ split }) => split === "train").map((song) => song.lyrics);
    const captions = corpus.rows.train.map(({ text }) => text);
    writeWhole(file, JSON.stringify(trainBpe([...lyrics, ...captions], { vocabSize: vocabulary })));
    writeWhole(sum, sha256Of(file));
  }
  return { tokeniser: await loadTokeniser(file), file };
}
