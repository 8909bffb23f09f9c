/** The parsed value; undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether the text from `start`, after whitespace, begins like a JSON object, array or string. */
export function looksLikeJson(text: string, start = 0): boolean {
  const opening = /\s*[{["]/y;
  opening.lastIndex = start;
  return opening.test(text);
}

/** The parts between commas, trimmed. Commas inside JSON do not separate parts. Takes linear time. */
export function splitAtCommas(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start <= text.length; ) {
    const end = looksLikeJson(text, start) ? endOfJson(text, start) : endOfWord(text, start);
    pieces.push(text.slice(start, end).trim());
    start = end + 1;
  }
  return pieces;
}

function endOfWord(text: string, start: number): number {
  const comma = text.indexOf(',', start);
  return comma < 0 ? text.length : comma;
}

/** The index of the first comma that is not in a string or in brackets. */
function endOfJson(text: string, start: number): number {
  const token = /"(?:[^"\\]|\\.)*"?|[[\]{},]/gs;
  token.lastIndex = start;
  let depth = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === ',' && depth <= 0) return match.index;
    if (match[0] === '{' || match[0] === '[') depth++;
    if (match[0] === '}' || match[0] === ']') depth--;
  }
  return text.length;
}
