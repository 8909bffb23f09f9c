import type { SubjectKind } from './rule';

/** The network of the remote IP. */
export const NETWORK: SubjectKind = { id: 'net', noun: 'network', nameOf: null };

/** What a finding is about, or a sighting remembers: of a network, its canonical text. */
export interface Subject {
  /** The id of its `SubjectKind`. */
  readonly kind: string;
  readonly name: string;
}

/**
 * One text for one subject: `192.0.2.1`, `req#arn:aws:iam::111122223333:user/ana`. No network's text has a `#`, so none
 * looks like another kind's.
 */
export function subjectText({ kind, name }: Subject): string {
  return kind === NETWORK.id ? name : `${kind}#${name}`;
}
