// Finds the end of a top-level declaration without a parser: brackets are matched outside strings, templates, comments and regular expressions.

/**
 * The offset just past a top-level declaration: at its `;`, or, but for constants and types, at the `}` that closes a body and ends its line.
 *
 * @param start offset of the declaration's first character
 */
export function declarationEnd(source: string, start: number): number {
  const hasBody = !/^export (const|let|type)\b/.test(source.slice(start, start + 20));
  let depth = 0;
  for (let at = start; at < source.length; ) {
    const skipped = skipLiteral(source, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const character = source[at]!;
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    at++;
    if (depth > 0) continue;
    if (character === ";") return at;
    if (hasBody && character === "}" && /^[^\S\n]*(\n|$)/.test(source.slice(at, at + 200))) return at;
  }
  return source.length;
}

/** Past the string, template, comment or regular expression that begins here; the same offset when none does. */
function skipLiteral(source: string, at: number): number {
  const character = source[at];
  if (character === '"' || character === "'") return skipQuoted(source, at, character);
  if (character === "`") return skipTemplate(source, at);
  if (character !== "/") return at;
  if (source[at + 1] === "/") return orEnd(source, source.indexOf("\n", at));
  if (source[at + 1] === "*") return orEnd(source, source.indexOf("*/", at + 2) + 2, 2);
  return beginsRegex(source, at) ? skipRegex(source, at) : at;
}

function skipQuoted(source: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}

function skipTemplate(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== "`") {
    if (source[at] === "\\") at += 2;
    else if (source.startsWith("${", at)) at = skipSubstitution(source, at + 2);
    else at++;
  }
  return at + 1;
}

/** Past the `}` of a `${…}`, which may hold strings, templates and braces of its own. */
function skipSubstitution(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length && depth > 0) {
    const skipped = skipLiteral(source, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    if (source[at] === "{") depth++;
    if (source[at] === "}") depth--;
    at++;
  }
  return at;
}

/** A slash divides after a value (`x!` too), and begins a regular expression after anything else. */
function beginsRegex(source: string, at: number): boolean {
  const before = source.slice(Math.max(0, at - 200), at).trimEnd();
  return /(^|[([{,;:=&|?+\-*%<>~^}]|(?<![\w)\]])!|\b(return|typeof|case|in|of))$/.test(before);
}

function skipRegex(source: string, start: number): number {
  let at = start + 1;
  for (let inClass = false; at < source.length && (inClass || source[at] !== "/"); at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "[") inClass = true;
    else if (source[at] === "]") inClass = false;
  }
  return at + 1;
}

function orEnd(source: string, offset: number, shortest = 0): number {
  return offset < shortest ? source.length : offset;
}
