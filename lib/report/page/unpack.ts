// Files as a page from disk can have them: scripts that assign base64 text.

declare global {
  var alcapAssets: Record<string, string> | undefined;
}

/** Bytes of base64 text. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Numbers of base64 text. */
export const floatsOf = (base64: string): Float32Array => new Float32Array(bytesOf(base64).buffer);

/** Runs the script at an address, once. */
export function loadScript(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${address} cannot be loaded.`));
    document.head.append(script);
  });
}

/** An asset that a script has brought, unpacked; its text is let go. */
export async function unpacked(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = globalThis.alcapAssets?.[name];
  if (packed === undefined) throw new Error(`The part ${name} is missing beside this page.`);
  delete globalThis.alcapAssets?.[name];
  const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
