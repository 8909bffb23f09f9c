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
    /** Slack shows messages with the same id as one thread, if the preferences of the channel enable threads. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
    readonly enableCustomActions: false;
  };
}

/** The documentation names no limits of these fields; a line or two in Slack is enough. */
const MAX = {
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

/** The alert as a Slack notification. Its lists contain the first `listed` items, or as many as fit. */
export function slackNotification(alert: Alert, listed: number): SlackNotification {
  const { alertId, windowId, rule, kind, bucket, region, accountId, totals, networks, notice } = alert;
  const summary = inSlack(cutColumns(headline(alert), 140));
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
      title: cutEntities(`${COLORS[rule.severity]} ${severityTag(alert)} ${summary}`, MAX.title),
      description: descriptionOf(alert, listed),
      nextSteps: nextSteps(alert)
        .map((step) => cutEntities(step, MAX.step))
        .slice(0, MAX.steps),
      keywords: [rule.id, rule.severity, kind, ...(bucket === null ? [] : [bucket])]
        .map((word) => inSlack(cutColumns(word, 40)))
        .map((word) => cutEntities(word, MAX.keyword)),
    },
    metadata: {
      threadId: windowId,
      summary: cutEntities(summary, MAX.title),
      eventType: rule.id,
      relatedResources: buckets
        .filter((name) => name !== null)
        .filter(isBucketName)
        .slice(0, MAX.resources)
        .map((name) => bucketArn(name, region)),
      additionalContext: Object.fromEntries(
        Object.entries({ ...context, ...(totals.networks === 0 ? {} : counts) }).flatMap(([name, value]) =>
          value === null ? [] : [[name, cutEntities(inSlack(cutColumns(String(value), 60)), MAX.context)]],
        ),
      ),
      enableCustomActions: false,
    },
  };
}

/** Cuts a text to at most `maxLength` characters, and never inside of an entity such as `&lt;`. */
function cutEntities(text: string, maxLength: number): string {
  return cutText(text, maxLength).replace(/&[a-z]*…$/, '…');
}
