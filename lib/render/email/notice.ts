import type { Alert, LearnedNetwork, LearnedNetworks, NoticeBucket } from '../../alert/alert';
import { locationText } from '../../alert/geo-location';
import { allowlistRule, networkRule } from '../../rules/rule-of';
import { count, plural } from '../../text/amounts';
import { columnsOf } from '../../text/columns';
import { minute } from '../../text/times';
import { inMail, isBucketName, isNetworkText } from '../../text/untrusted-text';
import {
  allowlistEntry,
  bucketSetting,
  isOwnPrincipal,
  isTrustable,
  otherAccountOf,
  principalOf,
  trustedRule,
} from '../wording/approval';
import { LEARNING } from '../wording/notice';
import type { Room } from '../wording/room';
import { indented, MAX_COLUMNS, section, sentences, untrustedField } from './mail-lines';

/** For a requester with more networks than this, one `trusted` entry is proposed instead of allowlist entries. */
const MANY_NETWORKS = 3;

/** The notice that learning has started, with at most `listed` buckets. */
export function learningStarted({ notice }: Alert, listed: number): string[] {
  const buckets = notice?.buckets.slice(0, listed) ?? [];
  const until = (time: string | null): string => (time === null ? '-' : `${minute(time)} UTC`);
  return [
    '',
    ...sentences(LEARNING),
    ...section('LEARNING', [
      ...buckets.map(({ bucket, learningUntil }) => `  ${inMail(bucket, 66)}  until ${until(learningUntil)}`),
      ...moreBuckets(notice, listed),
    ]),
    ...section('WHAT TO DO', ['  No action is needed.']),
    ...section(
      'WHAT HAPPENS NEXT',
      sentences('When learning ends, a message lists the learned networks and who used them.', '  '),
    ),
  ];
}

/** The notice that learning has ended: `listed` buckets with `detailed` networks each, and what to do. */
export function learningFinished({ notice, accountId }: Alert, { listed, detailed }: Room): string[] {
  const buckets = notice?.buckets.slice(0, listed) ?? [];
  const isAnyPublic = buckets.some(({ looksPublic }) => looksPublic);
  const proposals = buckets.map((bucket) => proposalsFor(bucket, accountId, detailed));
  const [allowlist, trusted] = [proposals.flatMap((of) => of.allowlist), proposals.flatMap((of) => of.trusted)];
  return [
    '',
    ...sentences(`Learning has ended. ${learnedText(buckets)}`),
    ...section('LEARNED', [
      ...buckets.flatMap((bucket) => learnedLines(bucket, accountId, detailed)),
      ...moreBuckets(notice, listed),
    ]),
    ...section('WHAT TO DO', whatToDo(allowlist.length + trusted.length > 0, isAnyPublic, buckets)),
    ...section('LINES FOR "allowlist", IF ONLY THESE NETWORKS MAY USE THE BUCKET', [
      ...indented(allowlist, 2),
      ...(allowlist.length === 0
        ? []
        : sentences(
            'There are no lines for anonymous requesters, other accounts, networks that are not listed, and requesters ' +
              'that are trusted or proposed for "trusted" below. The first entry gives a bucket an allowlist: every ' +
              'other address is then reported as unapproved.',
            '  ',
          )),
    ]),
    ...section('LINES FOR "trusted", IF THE REQUESTER MAY USE ANY ADDRESS', indented(trusted, 2)),
  ];
}

function moreBuckets(notice: Alert['notice'], listed: number): string[] {
  const more = notice === null ? 0 : notice.more + Math.max(0, notice.buckets.length - listed);
  return more === 0 ? [] : [`  … and ${plural(more, 'more bucket')}`];
}

function learnedLines(of: NoticeBucket, accountId: string | null, listed: number): string[] {
  const { bucket, learned, looksPublic, isFull } = of;
  if (learned === null) return [];
  const shown = learned.networks.slice(0, listed);
  const more = learned.count - (looksPublic ? learned.publicOnly : 0) - shown.length;
  const width = Math.max(0, ...shown.map(({ network }) => columnsOf(inMail(network, 50))));
  const isNamed = isBucketName(bucket);
  const { id, setting } = networkRule();
  return [
    `  ${inMail(bucket, 66)}  ${plural(learned.count, 'network')}${readersText(learned)}`,
    ...(looksPublic
      ? [
          ...sentences(
            `looks public: ${id} is inactive here for anonymous reads; it still reports changes and signed requests`,
            '    ',
          ),
          ...(isNamed
            ? [
                '    To turn it on for all requests, add to "bucketSettings":',
                `      ${bucketSetting(bucket, { [setting.key]: true })}`,
              ]
            : []),
        ]
      : []),
    ...(isFull
      ? sentences('learned the maximum for one bucket: any other network is now reported as new', '    ')
      : []),
    ...shown.flatMap((network) => learnedNetwork(network, accountId, width)),
    ...(more > 0 ? [`    … and ${plural(more, 'more network')}`] : []),
  ];
}

/** `, 40 of them only for reads not signed by this account`; empty if there are none. */
function readersText({ count: all, publicOnly }: LearnedNetworks): string {
  if (publicOnly === 0) return '';
  const these = publicOnly === all ? (all === 1 ? '' : 'all ') : `${count(publicOnly)} of them `;
  return `, ${these}only for reads not signed by this account`;
}

function learnedNetwork(learned: LearnedNetwork, accountId: string | null, width: number): string[] {
  const { network, requester, operation } = learned;
  const place = locationText(learned);
  const start = `    ${inMail(network, 50).padEnd(width)}  ${inMail(operation ?? '-', 30)}`;
  const who = inMail(requester ?? 'anonymous', 200);
  const other = otherAccountOf(requester, accountId);
  const isShort = columnsOf(start) + 2 + columnsOf(who) <= MAX_COLUMNS;
  return [
    ...(isShort ? [`${start}  ${who}`] : [start, ...untrustedField('', requester!, 200, 0)]),
    ...(other === null ? [] : [`      account ${other}, not this one`]),
    ...(place === '' ? [] : [`      ${place}`]),
  ];
}

function learnedText(buckets: readonly NoticeBucket[]): string {
  const isAny = (is: (bucket: NoticeBucket) => boolean): boolean => buckets.some(is);
  const hasReaders = isAny(({ learned, looksPublic }) => !looksPublic && learned !== null && learned.publicOnly > 0);
  const readers = hasReaders
    ? ' A network known only for reads not signed by this account is reported at its first request signed by this ' +
      'account, and at its first change.'
    : '';
  const known = `A learned network is not reported as new; any other network now is.${readers}`;
  const open =
    `A bucket used by this many networks looks public. In each bucket marked below, ${networkRule().id} is inactive for ` +
    `anonymous reads; it still reports changes and signed requests. This does not affect ${allowlistRule().id}.`;
  if (!isAny(({ looksPublic }) => !looksPublic)) return open;
  return isAny(({ looksPublic }) => looksPublic) ? `${known} ${open}` : known;
}

function whatToDo(isProposed: boolean, isAnyPublic: boolean, buckets: readonly NoticeBucket[]): string[] {
  const isAnyNamed = buckets.some(({ learned }) => learned !== null && learned.networks.length > 0);
  const steps = [
    ...(isAnyNamed
      ? ['Check that you know these networks and who used them. Investigate any unknown network at once.']
      : []),
    ...(isAnyPublic ? ['Make sure that each bucket that looks public is meant to be public.'] : []),
    ...(isProposed
      ? [
          'To be stricter, paste lines from below under "context" in cdk.json, then run cdk deploy. Nothing is ' +
            'proposed for anonymous requesters and other accounts: an entry would approve requesters you do not control.',
        ]
      : []),
  ];
  return steps.flatMap((step, index) => sentences(step, `  ${index + 1}. `));
}

interface Proposals {
  readonly allowlist: readonly string[];
  readonly trusted: readonly string[];
}

/** Only for principals of this account, since an entry approves access permanently. None for a public bucket. */
function proposalsFor(
  { bucket, learned, looksPublic }: NoticeBucket,
  accountId: string | null,
  listed: number,
): Proposals {
  if (learned === null || looksPublic || !isBucketName(bucket)) return { allowlist: [], trusted: [] };
  const byRequester = new Map<string, string[]>();
  for (const { network, requester, publicOnly } of learned.networks.slice(0, listed)) {
    if (publicOnly || !isOwnPrincipal(requester, accountId) || !isNetworkText(network)) continue;
    byRequester.set(requester, [...(byRequester.get(requester) ?? []), network]);
  }
  const all = [...byRequester];
  const isMany = ([requester, networks]: (typeof all)[number]) =>
    networks.length > MANY_NETWORKS && isTrustable(requester, accountId);
  const many = all.filter(isMany);
  const few = all.filter((one) => !isMany(one));
  return {
    allowlist: few.flatMap(([requester, networks]) =>
      networks.flatMap((network) => allowlistEntry(network, bucket, `learned: ${shortName(requester)}`)).map(ended),
    ),
    trusted: many.flatMap(([requester]) => trustedRule(requester, bucket, null)).map(ended),
  };
}

/** Adds a comma after the closing brace of an entry. */
function ended(line: string): string {
  return line.endsWith('}') ? `${line},` : line;
}

/** `111122223333 user/ana`: a name is unique only together with its account. */
function shortName(requester: string): string {
  const { accountId, name } = principalOf(requester)!;
  return `${accountId} ${name}`.slice(0, 44);
}
