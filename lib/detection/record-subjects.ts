import type { SubjectFields } from '../rules/rule';
import type { RememberingRule } from '../rules/rule-of';
import { subjectText } from '../rules/subject';
import { type CountedPair, type CountedSubject, newCountedSubject } from './counted-subject';
import type { EvaluatedPair } from './pairs';
import { boundedName } from './subject-name';

/**
 * Finds the subjects that each record names itself, such as a requester. Networks do not come here: they are determined
 * once for each address. This costs time only if a rule about such subjects is on.
 */
export interface RecordSubjects {
  /** The subject of a record of the pair for this rule, and the pair as counted for that subject; null: no subject. */
  find(rule: RememberingRule, pair: EvaluatedPair, fields: SubjectFields): FoundSubject | null;
  /** How many (subject, address) are cached. */
  readonly size: number;
  /** The size of the names in bytes of UTF-16. */
  readonly bytes: number;
  /** Empties the caches. */
  drop(): void;
}

interface FoundSubject {
  readonly subject: CountedSubject;
  readonly pair: CountedPair;
}

interface CachedSubject {
  readonly subject: CountedSubject;
  readonly pairs: Map<EvaluatedPair, FoundSubject>;
}

/** `createRow`: creates the row of `Counters` for a new subject. */
export function createRecordSubjects(createRow: () => number): RecordSubjects {
  /** By bucket, then by subject. */
  const buckets = new Map<string, Map<string, CachedSubject>>();
  let size = 0;
  let bytes = 0;

  function cached(rule: RememberingRule, bucket: string, name: string): CachedSubject {
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
      const { subject, pairs } = cached(rule, pair.bucket, boundedName(name));
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
