/** An alert in the forms in which it is sent, each under the protocol of SNS that gets it. */
export interface RenderedMessage {
  /** Printable ASCII, fewer than 100 characters. */
  readonly subject: string;
  readonly bodies: {
    /** For machines: OCSF, with the alert under `unmapped`. Every protocol without a body of its own gets it. */
    readonly default: string;
    /** For people. */
    readonly email: string;
    /** For Slack, where it is configured; else webhooks get the default, since no second copy of that would fit. */
    readonly https?: string;
  };
  /** For filter policies of subscriptions. */
  readonly attributes: Readonly<Record<'rule' | 'severity' | 'kind', string>> & { readonly bucket?: string };
}
