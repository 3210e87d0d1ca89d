import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { type Value, value } from "../../engine";
import { AlcapError } from "../../errors";
import { readNpz } from "../../files/npz";
import { quotedShape } from "../../files/quoted";
import { readBytes } from "../../files/read";
import { type Progress, silent } from "../../progress";
import type { Representations } from "./representations";

/** Songs whose representations are kept in memory: 31 MB at the paper's size. */
const HELD = 256;

/** The folder of a prepared corpus with its representations: `audio_embs_*`, as the released code calls it. */
export function findRepresentations(corpus: string): string | undefined {
  const found = readdirSync(corpus).filter(
    (name) => name.startsWith("audio_embs") && statSync(path.join(corpus, name)).isDirectory(),
  );
  if (found.length > 1)
    throw new AlcapError(
      "usage",
      `${corpus} holds several folders of representations: ${found.join(", ")}.`,
      "Choose one with --representations.",
    );
  return found[0] && path.join(corpus, found[0]);
}

/**
 * Representations as the released `audio_embs_15_16000/{id}.npz` hold them: float `[M, D]` (or `[1, M, D]`) under the key `a`.
 * All files are checked and named once; then a song is read when it is asked for, so that memory does not grow with the corpus.
 *
 * @throws AlcapError `data` when songs have no file, or files are damaged or of different shapes
 */
export function readRepresentations(folder: string, songs: readonly string[], progress: Progress = silent): Representations {
  const file = (song: string) => path.join(folder, `${song}.npz`);
  const missing = songs.filter((song) => !existsSync(file(song)));
  if (missing.length > 0)
    throw new AlcapError(
      "data",
      `${missing.length} of ${songs.length} songs have no representation in ${folder}; the first is ${missing[0]}.npz.`,
      "Give --encoder FILE to make them from the corpus's audio, or --representations DIR to read others.",
    );
  const hash = createHash("sha256");
  let shape: readonly number[] | undefined;
  songs.forEach((song, at) => {
    const bytes = readBytes(file(song));
    const { shape: own } = decode(bytes, file(song));
    shape ??= own;
    if (own.join() !== shape.join())
      throw new AlcapError(
        "data",
        `${file(song)} has the shape [${own.join(", ")}] and ${songs[0]}.npz has [${shape.join(", ")}].`,
        "All representations must come from one encoder and from excerpts of one length.",
      );
    hash.update(song).update(bytes);
    progress(at + 1, songs.length, "representations checked");
  });
  const of = recentlyUsed(HELD, (song: string) => decode(readBytes(file(song)), file(song)));
  return { of, width: shape?.[1] ?? 0, hash: hash.digest("hex").slice(0, 12) };
}

function decode(bytes: Uint8Array, name: string): Value {
  const array = readNpz(bytes, name).a;
  if (!array) throw new AlcapError("data", `${name} holds no array "a".`, "Save the representation under the key a.");
  const data = Float32Array.from(array.data); // a double may be finite and too large for one
  const shape = array.shape.length === 3 && array.shape[0] === 1 ? array.shape.slice(1) : array.shape;
  if (shape.length !== 2 || data.length === 0 || !data.every(Number.isFinite))
    throw new AlcapError(
      "data",
      `${name} holds an array of shape ${quotedShape(array.shape)} that is no sequence of finite vectors.`,
      "Save it as [positions, width].",
    );
  return value(data, shape);
}

/** A function that remembers the answers it gave last. */
function recentlyUsed<V>(size: number, make: (key: string) => V): (key: string) => V {
  const held = new Map<string, V>();
  return (key) => {
    const found = held.get(key) ?? make(key);
    held.delete(key);
    held.set(key, found);
    for (const oldest of held.keys()) {
      if (held.size <= size) break;
      held.delete(oldest);
    }
    return found;
  };
}
