/** One protection of the protocol taken away: in `file`, `from` becomes `to`. */
export interface Mutant {
  readonly name: string;
  /** The story in which it shows, where that is not the first: a word of its name. */
  readonly story?: 'learns' | 'dies for good' | 'takes over' | 'combined';
  readonly changes: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

const SEND = 'lib/notify/send-streams.ts';
const DRAFT = 'lib/notify/stream-draft.ts';
const NAMED = 'lib/notify/named-drafts.ts';

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
        from: 'if (!isMarked && reaches(stored.raised, seen)) return claim(stored, seen, { ...context, learning: false });\n    if (!isMarked) return known(stored, seen, context);',
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
        from: 'if (!isMarked && reaches(stored.raised, seen)) return claim(stored, seen, { ...context, learning: false });\n    if (!isMarked) return known(stored, seen, context);',
        to: '',
      },
    ],
  },
  {
    name: 'a take-over that asks whether there is something in the outbox, and not this pair',
    story: 'dies for good',
    changes: [
      {
        file: 'lib/detect/claim-pairs.ts',
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
        file: 'lib/detect/claim-pairs.ts',
        from: 'return brought.has(claimIdentity(claimed));',
        to: 'return false;',
      },
    ],
  },
  {
    name: 'putting parts without comparing those that are stored',
    story: 'takes over',
    changes: [{ file: 'lib/detect/store-findings.ts', from: 'left = left.filter(isNew);', to: '' }],
  },
  {
    name: 'a part for every run',
    changes: [
      {
        file: 'lib/detect/store-findings.ts',
        from: 'for (const finding of stored) known.stored.add(identityOf({ rule }, finding, portion));',
        to: 'if (stored.length < 0) known.stored.add(identityOf({ rule }, stored[0]!, portion));',
      },
    ],
  },
  {
    name: 'remembering a pair that is owed without a marker',
    story: 'dies for good',
    changes: [{ file: 'lib/detect/remembered-pairs.ts', from: 'if (sighting.owedUntil !== null) return;', to: '' }],
  },
  {
    name: 'a claim that lost its race is not decided anew',
    changes: [
      {
        file: 'lib/detect/claim-pairs.ts',
        from: 'if (stored !== null && lastPut !== null && isSameClaim(stored.value, lastPut)) {',
        to: 'if (stored !== asRead) return { keep: KNOWN };\n    if (stored !== null && lastPut !== null && isSameClaim(stored.value, lastPut)) {',
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
        file: 'lib/detect/detect-log-object.ts',
        from: 'await storeFindings(state, found.map(asStreamFinding), origin, knownParts, detector);',
        to: 'if (judged.found.length > 0) await state.putRunDone(name, null);\n    await storeFindings(state, found.map(asStreamFinding), origin, knownParts, detector);',
      },
    ],
  },
  {
    name: 'a marker that nobody asks for',
    story: 'dies for good',
    changes: [
      {
        file: 'lib/detect/claim-pairs.ts',
        from: 'const isMarked = await state.isRunDone(run);',
        to: 'const isMarked = true;',
      },
    ],
  },
  {
    name: 'a draft that is finished before it is published',
    changes: [
      {
        file: SEND,
        from: 'await run.publish(streamAlert(of.stream,',
        to: 'await finish(of, of.draft.message!, run);\n    await run.publish(streamAlert(of.stream,',
      },
      { file: SEND, from: '  await finishReported(of, of.draft.message!, run);\n', to: '' },
    ],
  },
  {
    name: 'a draft that does not say what it takes',
    changes: [
      {
        file: DRAFT,
        from: 'message, taking: of.fresh.map(takenOf), notBefore: message.at',
        to: 'message, taking: [], notBefore: message.at',
      },
    ],
  },
  {
    name: 'a message that is named anew when it is sent again',
    changes: [
      { file: SEND, from: 'if (draft.message !== null) return draft.message;', to: '' },
      { file: DRAFT, from: 'if (of.draft.message !== null) return of;', to: '' },
    ],
  },
  {
    name: 'a combined message that does not say that it was sent',
    story: 'combined',
    changes: [{ file: SEND, from: 'await putPlan({ ...plan.value, sent: true }, plan, run);', to: '' }],
  },
  {
    name: 'a combined message that is taken apart though it may have been sent',
    story: 'combined',
    changes: [{ file: NAMED, from: '&& failures < MAX_TRIES', to: '&& failures < 0' }],
  },
  {
    name: 'a stream that is finished with a combined message that it was not in',
    story: 'combined',
    changes: [
      { file: NAMED, from: 'await releaseMessageIds(run.notifier.state, outside!);', to: '' },
      { file: NAMED, from: 'await finishCombined(inside!, run);', to: 'await finishCombined(members, run);' },
    ],
  },
  {
    name: 'a mark that does not name the notice it marks',
    story: 'learns',
    changes: [
      {
        file: 'lib/notify/notices.ts',
        from: 'if (stored?.value.notice?.kind !== sentNotice!.kind)',
        to: 'if (!stored?.value.notice)',
      },
    ],
  },
];
