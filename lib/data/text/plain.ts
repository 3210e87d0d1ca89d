/**
 * A text as every door of this library takes it: line breaks are LF, and neither a byte order mark nor white space stands around it. Tables,
 * lyrics files and captioned songs go through it, so that a song's words mean the same wherever they come from.
 */
export const plainText = (text: string): string => text.replace(/\r\n?/g, "\n").trim();
