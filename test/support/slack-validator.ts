/*
 * Validates a custom notification of Amazon Q in chat applications, by
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html. That page has no length limits: the limits
 * are ours. Amazon Q silently drops anything that is not a valid notification.
 */

type Json = Readonly<Record<string, unknown>>;

const TEXT = (most: number) => (value: unknown) => typeof value === 'string' && value !== '' && value.length <= most;
const LIST = (items: number, most: number) => (value: unknown) =>
  Array.isArray(value) && value.length <= items && value.every(TEXT(most));

type Check = (value: unknown) => boolean;

const TOP: Readonly<Record<string, Check>> = {
  version: (value) => value === '1.0',
  source: (value) => value === 'custom',
  id: TEXT(200),
  content: isObject,
  metadata: isObject,
};

const CONTENT: Readonly<Record<string, Check>> = {
  textType: (value) => value === 'client-markdown',
  title: TEXT(200),
  description: TEXT(2500),
  nextSteps: LIST(8, 200),
  keywords: LIST(8, 60),
};

const METADATA: Readonly<Record<string, Check>> = {
  threadId: TEXT(200),
  summary: TEXT(200),
  eventType: TEXT(100),
  relatedResources: LIST(10, 300),
  additionalContext: (value) =>
    isObject(value) && Object.keys(value).length <= 10 && Object.values(value).every(TEXT(200)),
  enableCustomActions: (value) => typeof value === 'boolean',
};

/** One line per problem; empty for a valid notification. */
export function slackProblems(notification: unknown): string[] {
  if (!isObject(notification)) return ['not an object'];
  return [
    ...problemsOf('', notification, TOP),
    ...(isObject(notification.content) ? problemsOf('content.', notification.content, CONTENT) : []),
    ...(isObject(notification.metadata) ? problemsOf('metadata.', notification.metadata, METADATA) : []),
    ...['version', 'source', 'content'].filter((name) => !(name in notification)).map((name) => `${name} is missing`),
    ...(isObject(notification.content) && !('description' in notification.content)
      ? ['content.description is missing']
      : []),
  ];
}

function problemsOf(path: string, value: Json, checks: Readonly<Record<string, Check>>): string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const check = checks[name];
    if (check === undefined) return [`${path}${name} is unknown`];
    return check(member) ? [] : [`${path}${name}: ${JSON.stringify(member)}`];
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
