import { AlcapError, type ErrorCode } from "../errors";
import { quoted } from "./quoted";
import { type ReadRules, readText } from "./read";

/** Nesting, and lists and objects in all, beyond which a text is no description of anything: `[` alone makes an object of each byte. */
const DEEPEST = 64;
const MOST_PARTS = 1 << 21;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const opens = (code: number) => code === 0x5b || code === 0x7b; // [ {
const closes = (code: number) => code === 0x5d || code === 0x7d; // ] }

/** What there is to know of JSON before it is parsed. */
interface Outline {
  readonly depth: number;
  readonly parts: number;
  /** Members of the outermost object, a key that comes twice counted twice. */
  readonly members: number;
}

function outline(text: string): Outline {
  let [depth, deepest, parts, members] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++;
    } else if (opens(code)) {
      parts++;
      deepest = Math.max(deepest, ++depth);
    } else if (closes(code)) depth--;
    else if (code === COLON && depth === 1) members++;
  }
  return { depth: deepest, parts, members };
}

/**
 * Parses JSON out of a file that nobody has vouched for: in memory bounded by the text, and without a key of the outermost object that
 * comes twice, of which other programs may take the first.
 *
 * @param name what the text is called in messages
 * @throws AlcapError `code`
 */
export function parseJson(text: string, name: string, code: ErrorCode = "input"): unknown {
  const bad = (problem: string, cause?: unknown) => new AlcapError(code, `${name} ${problem}.`, "Get the file again.", { cause });
  const { depth, parts, members } = outline(text);
  if (depth > DEEPEST || parts > MOST_PARTS) throw bad("is JSON of more parts, or more deeply nested, than anything here needs");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad(`is not JSON (${cause instanceof Error ? quoted(cause.message) : ""})`, cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length !== members)
    throw bad("is JSON with a key that comes twice");
  return value;
}

/** Reads a file of JSON. Throws `AlcapError` as `openFile` and `parseJson`. */
export const readJsonFile = (file: string, rules: ReadRules = {}): unknown => parseJson(readText(file, rules), file, rules.code);
