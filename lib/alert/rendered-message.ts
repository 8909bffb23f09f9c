/** A rendered alert: one body for each SNS protocol. */
export interface RenderedMessage {
  /** Printable ASCII, fewer than 100 characters. */
  readonly subject: string;
  readonly bodies: {
    /** For machines: OCSF, with the alert under `unmapped`. Used for every protocol without its own body. */
    readonly default: string;
    /** For people. */
    readonly email: string;
    /** For Slack, if it is configured. Otherwise webhooks receive the default body, since a second copy would not fit. */
    readonly https?: string;
  };
  /** For the filter policies of subscriptions. */
  readonly attributes: Readonly<Record<'rule' | 'severity' | 'kind', string>> & { readonly bucket?: string };
}
