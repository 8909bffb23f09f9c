/** One protection of the protocol taken away: in `file`, `from` becomes `to`. */
export interface Mutant {
  readonly name: string;
  /** The story in which it shows, where that is not the first: a word of its name. */
  readonly story?: 'learns' | 'dies for good' | 'takes over';
  readonly changes: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

/**
 * Each loses or doubles something, and the searches of this folder have to find out. Those that the protocol's model
 * names, and the ways in which it is done most naturally wrong.
 */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a claim only of what is absent',
    changes: [
      {
        file: 'lib/detection/claim.ts',
        from: 'if (!isMarked && !(stored.raised && seen.isPublic)) return claim(stored, seen, { ...context, learning: false });\n    if (!isMarked) return known(stored, seen, context);',
        to: '',
      },
      {
        file: 'lib/detection/claim.ts',
        from: 'if (!hasLapsed(stored, context.now)) return',
        to: 'if (!hasLapsed(stored, context.now) || seen) return',
      },
    ],
  },
  {
    name: 'a claim whose read skips its own owed pair',
    changes: [
      {
        file: 'lib/detection/claim.ts',
        from: 'if (!isMarked && !(stored.raised && seen.isPublic)) return claim(stored, seen, { ...context, learning: false });\n    if (!isMarked) return known(stored, seen, context);',
        to: '',
      },
    ],
  },
  {
    name: 'a take-over that asks whether there is something in the outbox, and not this pair',
    story: 'dies for good',
    changes: [
      {
        file: 'lib/claim-pairs.ts',
        from: 'return brought.has(claimIdentity(claimed));',
        to: 'return brought.size > 0;',
      },
    ],
  },
  {
    name: 'a take-over that does not ask',
    story: 'dies for good',
    changes: [
      {
        file: 'lib/claim-pairs.ts',
        from: 'return brought.has(claimIdentity(claimed));',
        to: 'return false;',
      },
    ],
  },
  {
    name: 'putting parts without comparing those that are stored',
    story: 'takes over',
    changes: [
      {
        file: 'lib/store-findings.ts',
        from: 'const parts = isPut ? [part] : await state.partsOf(origin.logObject, stream.rule, stream.bucket);',
        to: 'const parts = isPut ? [part] : [part];',
      },
    ],
  },
  {
    name: 'a part for every run',
    changes: [
      {
        file: 'lib/store-findings.ts',
        from: '!known.stored.has(identityOf(stream, finding, origin.portion));',
        to: '!known.stored.has(identityOf(stream, finding, origin.portion)) || known.next > 1e9;',
      },
      {
        file: 'lib/store-findings.ts',
        from: 'for (const finding of stored) known.stored.add(identityOf({ rule }, finding, portion));',
        to: 'if (isPut) for (const finding of stored) known.stored.add(identityOf({ rule }, finding, portion));',
      },
    ],
  },
  {
    name: 'remembering a pair that is owed without a marker',
    story: 'dies for good',
    changes: [{ file: 'lib/remembered-pairs.ts', from: 'if (sighting.owedUntil !== null) return;', to: '' }],
  },
  {
    name: 'a claim that lost its race is not decided anew',
    changes: [
      {
        file: 'lib/claim-pairs.ts',
        from: 'stored = await state.sighting(pair);',
        to: 'return KNOWN;',
      },
    ],
  },
  {
    name: 'nothing owed by a claim',
    changes: [
      { file: 'lib/detection/claim.ts', from: 'owedUntil: learning ? null : now + OWED_FOR,', to: 'owedUntil: null,' },
    ],
  },
  {
    name: 'a learned pair that is claimed by its log object',
    story: 'learns',
    changes: [
      {
        file: 'lib/detection/claim.ts',
        from: 'claimedBy: learning ? LEARNING : logObject,\n      claimedIn: learning ? null : run,\n      owedUntil: learning ? null : now + OWED_FOR,',
        to: 'claimedBy: logObject,\n      claimedIn: run,\n      owedUntil: now + OWED_FOR,',
      },
    ],
  },
  {
    name: 'a marker before the outbox of the last portion',
    story: 'dies for good',
    changes: [
      {
        file: 'lib/detect-log-object.ts',
        from: 'await storeFindings(state, found.map(asStreamFinding), origin, knownParts);',
        to: 'if (judged.found.length > 0) await state.putRunDone(name, null);\n    await storeFindings(state, found.map(asStreamFinding), origin, knownParts);',
      },
    ],
  },
  {
    name: 'a marker that nobody asks for',
    story: 'dies for good',
    changes: [
      {
        file: 'lib/claim-pairs.ts',
        from: 'const isMarked = await state.isRunDone(run);',
        to: 'const isMarked = true;',
      },
    ],
  },
  {
    name: 'mark before publish',
    changes: [
      {
        file: 'lib/announce-findings.ts',
        from: 'await announcer.publisher.publish(alert);',
        to: 'await writeDown(message, due, announcer); await announcer.publisher.publish(alert);',
      },
      {
        file: 'lib/announce-findings.ts',
        from: 'sent.push({ at: clock.now(), alert });\n      await writeDown(message, due, announcer);',
        to: 'sent.push({ at: clock.now(), alert });',
      },
    ],
  },
  {
    name: 'windows that do not say what they told',
    changes: [
      {
        file: 'lib/alerting/plan-stream.ts',
        from: 'const told = parts.map(({ version }) => version);',
        to: 'const told = parts.flatMap(() => []);',
      },
    ],
  },
  {
    name: 'a mark that does not name the notice it marks',
    story: 'learns',
    changes: [
      {
        file: 'lib/tell-notices.ts',
        from: 'if (stored?.value.notice?.kind !== told.value.notice!.kind) return;',
        to: 'if (!stored?.value.notice) return;',
      },
    ],
  },
  {
    name: 'a message named by the moment when it is sent',
    changes: [
      {
        file: 'lib/alerting/plan-stream.ts',
        from: 'before !== null && isOnlyNamed(before) ? before.windowId : windowIdOf(stream, parts[0]!.value),',
        to: 'String(now),',
      },
    ],
  },
];
