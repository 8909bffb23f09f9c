import type { SubjectFields } from '../rules/rule';
import type { RememberingRule } from '../rules/rule-of';
import { subjectText } from '../rules/subject';
import { type CountedPair, type CountedSubject, newCountedSubject } from './counted-subject';
import type { EvaluatedPair } from './pairs';
import { boundedName } from './subject-name';

/**
 * Subjects that each record names, as a requester is: a path of its own beside that of networks, which are decided once
 * an address. It costs something only where such a rule is on.
 */
export interface RecordSubjects {
  /** The subject that a record of the pair names for the rule, and the pair as it is counted there; null: none. */
  find(rule: RememberingRule, pair: EvaluatedPair, fields: SubjectFields): FoundSubject | null;
  /** How many are kept, each once for each address it was met from. */
  readonly size: number;
  /** Bytes of UTF-16 of their names. */
  readonly bytes: number;
  /** Drops all that the records to come would make again. */
  drop(): void;
}

export interface FoundSubject {
  readonly subject: CountedSubject;
  readonly pair: CountedPair;
}

interface Kept {
  readonly subject: CountedSubject;
  readonly pairs: Map<EvaluatedPair, FoundSubject>;
}

/** `createRow`: makes a row of `Counters` for a further subject. */
export function createRecordSubjects(createRow: () => number): RecordSubjects {
  /** By bucket, then by subject. */
  const buckets = new Map<string, Map<string, Kept>>();
  let size = 0;
  let bytes = 0;

  function kept(rule: RememberingRule, bucket: string, name: string): Kept {
    let subjects = buckets.get(bucket);
    if (subjects === undefined) {
      subjects = new Map();
      buckets.set(bucket, subjects);
    }
    const kind = rule.detects.of.id;
    const key = subjectText({ kind, name });
    let found = subjects.get(key);
    if (found === undefined) {
      found = { subject: newCountedSubject(rule.id, bucket, kind, name, createRow()), pairs: new Map() };
      subjects.set(key, found);
      bytes += 2 * key.length;
    }
    return found;
  }

  return {
    find(rule, pair, fields) {
      const name = rule.detects.of.nameOf?.(fields) ?? null;
      if (name === null) return null;
      const { subject, pairs } = kept(rule, pair.bucket, boundedName(name));
      let found = pairs.get(pair);
      if (found === undefined) {
        found = { subject, pair: { remoteIp: pair.remoteIp, countedIn: -1 } };
        pairs.set(pair, found);
        size++;
      }
      return found;
    },
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
    drop() {
      buckets.clear();
      size = 0;
      bytes = 0;
    },
  };
}
