/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundle. That package looks for credentials in nine places and
 * takes up a tenth of the bundle; Lambda always provides them in the environment.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
