import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Value } from "../engine";
import { obtainBaseModel } from "../experiment/pretrain/base-model";
import { captionerOf, findWeights, readWeights } from "../experiment/run/run";
import { readBytes } from "../files/read";
import { writeWhole } from "../files/whole-file";
import { captionGraphs } from "../model/decoding/caption-graphs";
import { quiet } from "../progress";
import { representations, type Shown, type ShownRun } from "./songs";
import { assets, type TryData, type TryModel } from "./try-data";

/** The page's script as `npm run build` bundled it, with ONNX Runtime's own script in it. */
const bundle = () => path.join(__dirname, "page.js");

/** The runs whose weights are on this machine. */
export const withWeights = ({ facts, runs }: Shown): ShownRun[] =>
  runs.filter(({ name }) => findWeights(facts, name) !== undefined);

/**
 * Writes what the page captions with beside it: its script, ONNX Runtime's WebAssembly, the tokeniser, and each trained model as two ONNX
 * graphs. All are scripts that assign base64 text, since a page from disk may load no other file.
 */
export async function writeModels(shown: Shown, folder: string): Promise<TryData> {
  const { facts, songs } = shown;
  const { preset, workspace } = facts;
  const { tokeniserFile } = await obtainBaseModel(preset, workspace.cache, quiet);
  const music = await representations(shown);
  const [positions = 0, width = 0] = music[0]?.shape ?? [];
  const write = (name: string, content: string | Uint8Array) => writeWhole(path.join(folder, name), content);
  write("page.js", readBytes(bundle()));
  const wasm = require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  write("runtime.js", asset(assets.runtime, readBytes(wasm)));
  write("tokenizer.js", asset(assets.words, readBytes(tokeniserFile)));
  const models: TryModel[] = [];
  for (const { name } of withWeights(shown)) {
    const captioner = captionerOf({ ...facts, music: { width } }, name.method);
    const { lyricsTokens, captionTokens } = preset;
    const graphs = captionGraphs(readWeights(facts, name), captioner, { lyricsTokens, captionTokens, musicPositions: positions });
    const parts = (["remember", "step"] as const).map((part) => asset(`${name.method}/${part}`, graphs[part].model));
    write(`${name.method}.js`, parts.join(""));
    const shapes = (caches: readonly Value[]) => caches.map(({ shape }) => shape);
    const empty = { keys: shapes(graphs.empty.keys), values: shapes(graphs.empty.values) };
    models.push({ method: name.method, remember: graphs.remember.ports, step: graphs.step.ports, empty });
  }
  const captionsOf = (id: string) =>
    Object.fromEntries(shown.runs.map(({ name, captions }) => [name.method, captions.get(id)?.caption ?? ""]));
  return {
    songs: songs.map(({ song, audio }, at) => ({
      id: song.id,
      title: song.title,
      lyrics: song.lyrics,
      mood: song.truth.mood,
      lyricsMood: song.truth.lyricsMood,
      music: floats(music[at]!),
      audio,
      captions: captionsOf(song.id),
    })),
    silence: floats(music[songs.length]!),
    musicShape: [positions, width],
    lyricsTokens: preset.lyricsTokens,
    captionTokens: preset.captionTokens,
    models,
    scripts: ["runtime", "tokenizer", ...models.map(({ method }) => method)].map((name) => `${path.basename(folder)}/${name}.js`),
  };
}

/** A script that leaves bytes, packed, where the page's script finds them. */
const asset = (name: string, bytes: Uint8Array) =>
  `(globalThis.alcapAssets ??= {})[${JSON.stringify(name)}] = "${gzipSync(bytes, { level: 9 }).toString("base64")}";\n`;

const floats = ({ data }: Value) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
