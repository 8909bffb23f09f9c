import type { Alert } from '../../alert/alert';
import { cutColumns } from '../../text/columns';
import { cutText } from '../../text/cut';
import { inSlack, isBucketName } from '../../text/untrusted-text';
import { headline } from '../wording/headline';
import { bucketArn } from '../wording/investigation';
import { severityTag } from '../wording/severity';
import { descriptionOf } from './description';
import { nextSteps } from './steps';

/**
 * A custom notification of Amazon Q in chat applications:
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export interface SlackNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** What goes on lands in the thread of what began it, where the channel's preferences ask for threads. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
    readonly enableCustomActions: false;
  };
}

/** The page names no limits of these fields; what Slack shows in a line or two is enough. */
const MOST = {
  title: 200,

  steps: 8,
  step: 200,
  keywords: 8,
  keyword: 60,
  context: 200,
  resources: 10,
};

const COLORS = {
  High: ':red_circle:',
  Medium: ':large_orange_circle:',
  Low: ':large_blue_circle:',
  Informational: ':white_circle:',
} as const;

/** An alert as Slack shows it; of each of its lists it names the first `listed`, and as many as fit. */
export function slackNotification(alert: Alert, listed: number): SlackNotification {
  const { alertId, windowId, rule, kind, bucket, region, accountId, totals, networks, notice } = alert;
  const answer = inSlack(cutColumns(headline(alert), 140));
  const buckets = [
    ...new Set([bucket, ...networks.map((of) => of.bucket), ...(notice?.buckets ?? []).map((of) => of.bucket)]),
  ];
  const context = { alertId, kind, account: accountId, region, severity: rule.severity, rule: rule.id };
  const counts = { requests: totals.requests, succeeded: totals.successes, denied: totals.denied };
  return {
    version: '1.0',
    source: 'custom',
    id: alertId,
    content: {
      textType: 'client-markdown',
      title: cutEntities(`${COLORS[rule.severity]} ${severityTag(alert)} ${answer}`, MOST.title),
      description: descriptionOf(alert, listed),
      nextSteps: nextSteps(alert)
        .map((step) => cutEntities(step, MOST.step))
        .slice(0, MOST.steps),
      keywords: [rule.id, rule.severity, kind, ...(bucket === null ? [] : [bucket])]
        .map((word) => inSlack(cutColumns(word, 40)))
        .map((word) => cutEntities(word, MOST.keyword)),
    },
    metadata: {
      threadId: windowId,
      summary: cutEntities(answer, MOST.title),
      eventType: rule.id,
      relatedResources: buckets
        .filter((name) => name !== null)
        .filter(isBucketName)
        .slice(0, MOST.resources)
        .map((name) => bucketArn(name, region)),
      additionalContext: Object.fromEntries(
        Object.entries({ ...context, ...(totals.networks === 0 ? {} : counts) }).flatMap(([name, value]) =>
          value === null ? [] : [[name, cutEntities(inSlack(cutColumns(String(value), 60)), MOST.context)]],
        ),
      ),
      enableCustomActions: false,
    },
  };
}

/** At most so many characters, and never half of `&lt;`. */
function cutEntities(text: string, most: number): string {
  return cutText(text, most).replace(/&[a-z]*…$/, '…');
}
