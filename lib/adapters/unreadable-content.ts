import type { UnreadableKind } from '../ports';

/** The bytes of a file or log object cannot be read as log lines, from some point on; another attempt would not help. */
export class UnreadableContent extends Error {
  override readonly name = 'UnreadableContent';

  constructor(
    readonly kind: UnreadableKind,
    message: string,
  ) {
    super(message);
  }
}

export function tooLarge(maxBytes: number): UnreadableContent {
  return unreadable('too-large', `the gzip stream unpacks to more than ${maxBytes.toLocaleString('en')} bytes`);
}

export function corrupt(reason: string): UnreadableContent {
  return unreadable('damaged', `the gzip stream is corrupt (${reason})`);
}

export function truncated(): UnreadableContent {
  return unreadable('damaged', 'the gzip stream is truncated');
}

function unreadable(kind: UnreadableContent['kind'], reason: string): UnreadableContent {
  return new UnreadableContent(kind, `${reason}; the part before that was read`);
}
