import type { SubjectKind } from './rule';

/** The network of the remote IP. */
export const NETWORK: SubjectKind = { id: 'net', noun: 'network', nameOf: null };

/** What a finding is about and a sighting remembers. */
export interface Subject {
  /** The id of its `SubjectKind`. */
  readonly kind: string;
  /** For a network, its canonical text. */
  readonly name: string;
}

/**
 * A unique text of the subject: `192.0.2.1`, `req#arn:aws:iam::111122223333:user/ana`. The text of a network never has
 * a `#`, so it cannot equal the text of another kind.
 */
export function subjectText({ kind, name }: Subject): string {
  return kind === NETWORK.id ? name : `${kind}#${name}`;
}
