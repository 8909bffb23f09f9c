import type { Alert } from '../alert/alert';
import { MessageRefused, type Publisher } from '../ports';
import { type RenderOptions, renderMessage } from '../render/message';

/** Sends an alert. Throws `MessageRefused` if it was certainly not accepted, and another error if that is not known. */
export type SendAlert = (alert: Alert) => Promise<void>;

/**
 * Renders alerts and publishes them. If the topic refuses a message, for its subject or its size, renders the alert in a
 * reduced form and publishes that.
 */
export function renderAndPublish(publisher: Publisher, { slack }: Pick<RenderOptions, 'slack'>): SendAlert {
  return async (alert) => {
    try {
      await publisher.publish(renderMessage(alert, { slack })).catch(async (error: unknown) => {
        if (!(error instanceof MessageRefused)) throw error;
        await publisher.publish(renderMessage(alert, { slack, reduced: true }));
      });
    } catch (error) {
      const what = `alert ${alert.alertId} was not published: ${(error as Error).message}`;
      if (error instanceof MessageRefused) throw new MessageRefused(what, { cause: error });
      throw new Error(what, { cause: error });
    }
  };
}
