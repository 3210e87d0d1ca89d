import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** Texts by key on disk: memory holds an offset a text, not the text. */
export interface TextShelf {
  has(key: string): boolean;
  get(key: string): string | undefined;
  /** Puts a text in the place of any other under the key. */
  put(key: string, text: string): void;
  /** Can be called again. */
  close(): void;
}

/** @param file a temporary file; made anew */
export function textShelf(file: string): TextShelf {
  const handle = openSync(file, "wx+");
  const places = new Map<string, { readonly at: number; readonly length: number }>();
  let end = 0;
  let open = true;
  return {
    has: (key) => places.has(key),
    get: (key) => {
      const place = places.get(key);
      if (!place) return undefined;
      const bytes = Buffer.allocUnsafe(place.length);
      readSync(handle, bytes, 0, place.length, place.at);
      return bytes.toString("utf8");
    },
    put: (key, text) => {
      const bytes = Buffer.from(text, "utf8");
      writeSync(handle, bytes, 0, bytes.length, end);
      places.set(key, { at: end, length: bytes.length });
      end += bytes.length;
    },
    close: () => {
      if (open) closeSync(handle);
      open = false;
    },
  };
}
