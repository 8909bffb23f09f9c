import type { Alert } from '../alert/alert';
import type { RenderedMessage } from '../alert/rendered-message';
import { jsonBytes } from '../text/cut';
import { jsonText } from '../text/json-text';
import { emailText } from './email/email-text';
import { plainSubjectOf, subjectOf } from './email/subject';
import { mostEvidences, ocsfFinding } from './ocsf/finding';
import { slackNotification } from './slack/notification';
import { lessRoom, maxDetailed, type Room, wholeRoom } from './wording/room';

export interface RenderOptions {
  /** Whether the topic's https subscriber is Amazon Q, which shows it in Slack and drops what it does not know. */
  readonly slack: boolean;
  /** For a topic that refused the usual form: a quarter of the size, a plain subject, and no name among the attributes. */
  readonly reduced?: boolean;
}

/**
 * Bytes of UTF-8, written as the JSON string that each of them is in the message: there a quote takes two, and a quote
 * that the text has from a client four. SNS takes 262,144 of all together.
 */
const MAX_BYTES = { default: 140_000, email: 60_000, https: 8_000 };

/** Makes an alert ready to be sent; what is too much is left out from the end of its lists, and counted. */
export function renderMessage(alert: Alert, { slack, reduced = false }: RenderOptions): RenderedMessage {
  const { rule, kind, bucket } = alert;
  const share = reduced ? 4 : 1;
  const machines = (room: Room): string => jsonText(ocsfFinding(alert, room));
  const mail = (room: Room): string => emailText(alert, room);
  const chat = (room: Room): string => jsonText(slackNotification(alert, room.listed));
  return {
    subject: reduced ? plainSubjectOf(alert) : subjectOf(alert),
    bodies: {
      default: fitting(machines, wholeRoom(alert, mostEvidences(alert)), MAX_BYTES.default / share),
      email: fitting(mail, wholeRoom(alert, maxDetailed(alert)), MAX_BYTES.email / share),
      ...(slack ? { https: fitting(chat, wholeRoom(alert, 0), MAX_BYTES.https) } : {}),
    },
    attributes: {
      rule: rule.id,
      severity: rule.severity,
      kind,
      ...(bucket !== null && isPlain(bucket) && !reduced ? { bucket } : {}),
    },
  };
}

/** Gives less and less room until what is made in it fits. */
function fitting(make: (room: Room) => string, whole: Room, most: number): string {
  let room = whole;
  for (;;) {
    const text = make(room);
    const size = jsonBytes(text);
    if (size <= most || room.listed === 0) return text;
    room = lessRoom(room, most / size);
  }
}

/** What SNS takes as the value of an attribute without a doubt. */
function isPlain(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text);
}
