import type { Configuration } from './configuration';
import { listOf } from './fields/lists';
import { quote } from './fields/messages';
import { textLike } from './fields/scalars';

const emailAddress = textLike({
  expected: 'write an address such as "security@example.com"',
  problem: 'is not an e-mail address',
  // SNS checks that the address exists, by sending a confirmation mail.
  pattern: /^(?=.{3,254}$)[^\s@,;:<>"()[\]]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+$/i,
  amend: (text) => {
    const within = /<([^\s<>@]{1,64}@[a-z0-9.-]{1,250})>\s*$/i.exec(text)?.[1];
    return within === undefined ? undefined : { instead: `write ${quote(within)}` };
  },
});

/** E-mail addresses, at least one, without duplicates: SNS subscribes an address once. */
export const emailAddresses = listOf(emailAddress, {
  example: 'security@example.com',
  atLeastOne: true,
  identity: (address) => address.toLowerCase(),
});

/** The ID of a Slack workspace for which Amazon Q has been authorised. */
export const slackWorkspaceId = textLike({
  expected: 'write the ID that the Amazon Q console shows, such as "T0123ABCDEF"',
  problem: 'is not the ID of a Slack workspace',
  pattern: /^T[A-Z0-9]{2,254}$/,
});

/** The ID of a public (`C…`) or private (`G…`) channel. */
export const slackChannelId = textLike({
  expected: 'write the last part of the channel\'s link, such as "C0123ABCDEF"',
  problem: 'is not the ID of a Slack channel',
  pattern: /^[CG][A-Z0-9]{2,254}$/,
});

/** The URL of a page whose headings have anchors such as `#heading`. */
export const webAddress = textLike({
  expected: 'write an address such as "https://wiki.example.com/s3-access-watch/runbook"',
  problem: 'is not a web address',
  pattern: /^https?:\/\/[^\s#"'<>]{1,500}$/i,
  amend: (text) => {
    const page = /^(https?:\/\/)?([^\s#"'<>:/]+\.[^\s#"'<>]+?)(?:#[^\s#"'<>]*)?$/i.exec(text);
    return page === null || text.length > 500
      ? undefined
      : { instead: `write ${quote(`${page[1] ?? 'https://'}${page[2]}`)}` };
  },
});

/** Whether the configuration has a destination for alarms. */
export function hasAlarmSubscriptions({
  operationsEmails,
  alertEmails,
  slackChannelId,
  slackElsewhere,
  alertTopicArn,
}: Pick<
  Configuration,
  'operationsEmails' | 'alertEmails' | 'slackChannelId' | 'slackElsewhere' | 'alertTopicArn'
>): boolean {
  // A channel that is subscribed to an existing alert topic need not be subscribed to the stack's operations topic.
  const isOnSlack = slackChannelId !== null || (slackElsewhere && alertTopicArn === null);
  return isOnSlack || (operationsEmails ?? alertEmails).length > 0;
}
