/**
 * Stands in the bundle for `@aws-sdk/credential-provider-node`, which looks in nine places and brings a tenth of the
 * bundle to do so: Lambda gives a function its credentials in the environment.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
