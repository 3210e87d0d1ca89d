import { changedWords } from "../../metric/text/changed-words";
import { showable } from "../../notebook/escape";
import type { Method } from "../../paper";
import type { TryData } from "../try-data";
import { type Caption, openCaptioners } from "./captioners";
import { floatsOf } from "./unpack";

const element = <E extends HTMLElement>(id: string): E => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found as E;
};

/** Milliseconds without a change after which edited words are captioned. */
const PAUSE = 500;

function start(data: TryData): void {
  const [song, music] = [element<HTMLSelectElement>("try-song"), element<HTMLSelectElement>("try-music")];
  const lyrics = element<HTMLTextAreaElement>("try-lyrics");
  const audio = element<HTMLAudioElement>("try-audio");
  const status = element("try-status");
  const chosen = () => data.songs[Number(song.value)]!;
  const playing = () => (music.value === "own" ? chosen() : data.songs[Number(music.value)]);
  let opened: Promise<ReadonlyMap<Method, Caption>> | undefined;
  let asked = 0;

  /** Captions what stands in the form; an answer that a later one has overtaken is not shown. */
  const write = async () => {
    const turn = ++asked;
    if (!/[\p{L}\p{N}]/u.test(lyrics.value)) {
      status.textContent = "The lyrics hold no words, and these models cannot caption from music alone.";
      return;
    }
    status.textContent = "Writing …";
    try {
      opened ??= openCaptioners(data, (what) => {
        status.textContent = what;
      });
      const captioners = await opened;
      if (turn !== asked) return;
      status.textContent = "Writing …";
      const started = performance.now();
      const sound = floatsOf(playing()?.music ?? data.silence);
      const captions = new Map<Method, string>();
      for (const [method, caption] of captioners) captions.set(method, await caption(lyrics.value, sound));
      if (turn !== asked) return;
      for (const [method, caption] of captions) show(method, caption, chosen().captions[method] ?? "");
      status.textContent = `${captions.size} captions in ${((performance.now() - started) / 1000).toFixed(1)} s.`;
    } catch (error) {
      opened = undefined;
      status.textContent = `It failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const listen = () => {
    audio.hidden = music.value === "silence";
    if (audio.hidden) audio.pause();
    else audio.src = playing()?.audio ?? "";
  };
  const reset = () => {
    asked++;
    music.value = "own";
    lyrics.value = chosen().lyrics;
    listen();
    for (const { method } of data.models) show(method, chosen().captions[method] ?? "", undefined);
    status.textContent = "";
  };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  song.addEventListener("change", reset);
  music.addEventListener("change", () => {
    listen();
    void write();
  });
  lyrics.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(write, PAUSE);
  });
  element("try-reset").addEventListener("click", reset);
  element("try-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void write();
  });
  reset();
}

/** Shows a caption; beside a recorded one, with the words that have come marked. */
function show(method: Method, caption: string, recorded: string | undefined): void {
  const place = document.querySelector(`#try-captions [data-method="${method}"]`);
  const [words, note] = [place?.querySelector(".caption"), place?.querySelector(".note")];
  if (!words || !note) return;
  const come = recorded === undefined || recorded === caption ? [] : changedWords(recorded, caption).come;
  words.replaceChildren(...marked(showable(caption), come));
  const changed = recorded === caption ? "As recorded." : `For the song’s own words and music: ${showable(recorded ?? "")}`;
  note.textContent = recorded === undefined ? "As recorded." : changed;
}

/** The caption's words, those that have come each in a `<mark>`. */
function marked(caption: string, come: readonly string[]): Node[] {
  const left = [...come];
  return caption.split(/([\p{L}\p{N}']+)/u).map((part) => {
    const at = left.indexOf(part.toLowerCase());
    if (at < 0) return document.createTextNode(part);
    left.splice(at, 1);
    const mark = document.createElement("mark");
    mark.textContent = part;
    return mark;
  });
}

start(JSON.parse(element("try-data").textContent ?? "") as TryData);
