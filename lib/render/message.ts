import type { Alert } from '../alert/alert';
import type { RenderedMessage } from '../alert/rendered-message';
import { jsonBytes } from '../text/cut';
import { jsonText } from '../text/json-text';
import { emailText } from './email/email-text';
import { plainSubjectOf, subjectOf } from './email/subject';
import { maxEvidences, ocsfFinding } from './ocsf/finding';
import { slackNotification } from './slack/notification';
import { fullRoom, maxDetailed, type Room, reducedRoom } from './wording/room';

export interface RenderOptions {
  /** Whether Amazon Q is subscribed (protocol https). It shows custom notifications in Slack and drops other messages. */
  readonly slack: boolean;
  /** After SNS refused the usual form: a quarter of the size, a plain subject, and no bucket name in the attributes. */
  readonly reduced?: boolean;
}

/**
 * Maximum size of each body as a JSON string, in bytes of UTF-8: that is its form in the message, where a quote takes
 * two bytes, and a quote in JSON in the body four. SNS accepts 262,144 bytes for all bodies together.
 */
const MAX_BYTES = { default: 140_000, email: 60_000, https: 8_000 };

/** Renders an alert for all destinations. If a body is too large, items at the end of its lists are only counted. */
export function renderMessage(alert: Alert, { slack, reduced = false }: RenderOptions): RenderedMessage {
  const { rule, kind, bucket } = alert;
  const share = reduced ? 4 : 1;
  const ocsf = (room: Room): string => jsonText(ocsfFinding(alert, room));
  const mail = (room: Room): string => emailText(alert, room);
  const chat = (room: Room): string => jsonText(slackNotification(alert, room.listed));
  return {
    subject: reduced ? plainSubjectOf(alert) : subjectOf(alert),
    bodies: {
      default: fitting(ocsf, fullRoom(alert, maxEvidences(alert)), MAX_BYTES.default / share),
      email: fitting(mail, fullRoom(alert, maxDetailed(alert)), MAX_BYTES.email / share),
      ...(slack ? { https: fitting(chat, fullRoom(alert, 0), MAX_BYTES.https) } : {}),
    },
    attributes: {
      rule: rule.id,
      severity: rule.severity,
      kind,
      ...(bucket !== null && isPlain(bucket) && !reduced ? { bucket } : {}),
    },
  };
}

/** Renders with less and less room until the text has at most `maxBytes`. */
function fitting(render: (room: Room) => string, full: Room, maxBytes: number): string {
  let room = full;
  for (;;) {
    const text = render(room);
    const size = jsonBytes(text);
    if (size <= maxBytes || room.listed === 0) return text;
    room = reducedRoom(room, maxBytes / size);
  }
}

/** Whether SNS certainly accepts the text as the value of an attribute. */
function isPlain(text: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(text);
}
