import type { Alert, LearnedNetwork, NoticeBucket } from './alert';
import { minute, plural } from './amounts';
import { allowlistEntry, bucketSetting, isRequesterName, isTrustable, trustedRule } from './approval';
import { indented, MOST_COLUMNS, section, sentences, strangersField } from './mail-lines';
import { placeText } from './place';
import { columnsOf, inMail, isBucketName, isNetworkText } from './strangers-text';

/** Who comes from more networks than this is proposed as a requester to trust, and not network by network. */
const MANY_NETWORKS = 3;

/** The notice that buckets learn. */
export function learningStarted({ notice }: Alert): string[] {
  const buckets = notice?.buckets ?? [];
  const until = (time: string | null): string => (time === null ? '-' : `${minute(time)} UTC`);
  return [
    '',
    ...sentences(
      'The logs arrive and are read. Until the time below, networks that use a bucket successfully are learned without ' +
        'an alert. Addresses that are not on an allowlist are reported already.',
    ),
    ...section(
      'LEARNING',
      buckets.map(({ bucket, learningUntil }) => `  ${inMail(bucket, 66)}  until ${until(learningUntil)}`),
    ),
    ...section('WHAT TO DO', ['  Nothing.']),
    ...section(
      'WHAT HAPPENS NEXT',
      sentences('When learning has ended, a message says what was learned and by whom it was used.', '  '),
    ),
  ];
}

/** The notice of what buckets have learned, at most `listed` networks of each, and what to make of it. */
export function learningFinished({ notice }: Alert, listed: number): string[] {
  const buckets = notice?.buckets ?? [];
  const isAnyPublic = buckets.some(({ looksPublic }) => looksPublic);
  const proposals = buckets.map((bucket) => proposalsFor(bucket, listed));
  const [allowlist, trusted] = [proposals.flatMap((of) => of.allowlist), proposals.flatMap((of) => of.trusted)];
  return [
    '',
    ...sentences(
      `Learning has ended. ${whatHolds(
        isAnyPublic,
        buckets.every(({ looksPublic }) => looksPublic),
      )}`,
    ),
    ...section(
      'LEARNED',
      buckets.flatMap((bucket) => learnedLines(bucket, listed)),
    ),
    ...section('WHAT TO DO', whatToDo(allowlist.length + trusted.length > 0, isAnyPublic, buckets)),
    ...section('FOR "allowlist", IF THESE AND NO OTHERS MAY', [
      ...indented(allowlist, 2),
      ...(allowlist.length === 0
        ? []
        : sentences(
            'These are not all who were there: anonymous and trusted requesters, those below in "trusted", and networks ' +
              'that are not listed have no line here. With its first entry a bucket has an allowlist: every other ' +
              'address is then reported as unapproved.',
            '  ',
          )),
    ]),
    ...section('FOR "trusted", IF THE REQUESTER IS FINE FROM ANY ADDRESS', indented(trusted, 2)),
  ];
}

function learnedLines({ bucket, learned, looksPublic }: NoticeBucket, listed: number): string[] {
  if (learned === null) return [];
  const shown = learned.networks.slice(0, listed);
  const more = looksPublic ? 0 : learned.count - shown.length;
  const width = Math.max(0, ...shown.map(({ network }) => columnsOf(inMail(network, 50))));
  const isNamed = isBucketName(bucket);
  return [
    `  ${inMail(bucket, 66)}  ${plural(learned.count, 'network')}`,
    ...(looksPublic
      ? [
          ...sentences('looks public: new-ip rests', '    '),
          ...(isNamed
            ? ['    To have it all the same, in "bucketSettings":', `      ${bucketSetting(bucket, { newIp: true })}`]
            : []),
        ]
      : []),
    ...shown.flatMap((network) => learnedNetwork(network, width)),
    ...(more > 0 ? [`    … and ${plural(more, 'more network')}`] : []),
  ];
}

function learnedNetwork(learned: LearnedNetwork, width: number): string[] {
  const { network, requester, operation } = learned;
  const place = placeText(learned);
  const start = `    ${inMail(network, 50).padEnd(width)}  ${inMail(operation ?? '-', 30)}`;
  const who = inMail(requester ?? 'anonymous', 200);
  const isShort = columnsOf(start) + 2 + columnsOf(who) <= MOST_COLUMNS;
  return [
    ...(isShort ? [`${start}  ${who}`] : [start, ...strangersField('', requester!, 200, 0)]),
    ...(place === '' ? [] : [`      ${place}`]),
  ];
}

function whatHolds(isAnyPublic: boolean, areAllPublic: boolean): string {
  const known = 'What was learned is not reported as new; any other network is, from now on.';
  const open = 'So many networks look like the public: where that is said below, new-ip rests; unapproved-ip does not.';
  if (areAllPublic) return open;
  return isAnyPublic ? `${known} ${open}` : known;
}

function whatToDo(isProposed: boolean, isAnyPublic: boolean, buckets: readonly NoticeBucket[]): string[] {
  const isAnyNamed = buckets.some(({ learned }) => learned !== null && learned.networks.length > 0);
  const steps = [
    ...(isAnyNamed
      ? ['Check that you know these networks and who used them. Investigate at once what nobody knows.']
      : []),
    ...(isAnyPublic ? ['Make sure that what looks public is meant to be public.'] : []),
    ...(isProposed
      ? [
          'To be stricter, paste from the lines below under "context" in cdk.json, then run cdk deploy. ' +
            'Nothing is proposed for anonymous requesters: it would let in strangers.',
        ]
      : []),
  ];
  return steps.flatMap((step, index) => sentences(step, `  ${index + 1}. `));
}

interface Proposals {
  readonly allowlist: readonly string[];
  readonly trusted: readonly string[];
}

/** Nothing for the anonymous, whom an entry would let in for good, and nothing for a bucket that is public. */
function proposalsFor({ bucket, learned, looksPublic }: NoticeBucket, listed: number): Proposals {
  if (learned === null || looksPublic || !isBucketName(bucket)) return { allowlist: [], trusted: [] };
  const byRequester = new Map<string, string[]>();
  for (const { network, requester } of learned.networks.slice(0, listed)) {
    if (!isRequesterName(requester) || !isNetworkText(network)) continue;
    byRequester.set(requester, [...(byRequester.get(requester) ?? []), network]);
  }
  const all = [...byRequester];
  const isMany = ([requester, networks]: (typeof all)[number]) =>
    networks.length > MANY_NETWORKS && isTrustable(requester);
  const many = all.filter(isMany);
  const few = all.filter((one) => !isMany(one));
  return {
    allowlist: few.flatMap(([requester, networks]) =>
      networks.flatMap((network) => allowlistEntry(network, bucket, `learned: ${shortName(requester)}`)).map(ended),
    ),
    trusted: many.flatMap(([requester]) => trustedRule(requester, bucket, null)).map(ended),
  };
}

/** An entry ends with its brace; then comes a comma. */
function ended(line: string): string {
  return line.endsWith('}') ? `${line},` : line;
}

/** `user/ana`; of a canonical user id, its beginning. */
function shortName(requester: string): string {
  return requester.startsWith('arn:')
    ? requester.split(':').slice(5).join(':').slice(0, 44)
    : `${requester.slice(0, 12)}…`;
}
