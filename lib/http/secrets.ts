/** Header fields and query parameters that carry credentials. */

/** Their names in lower case; logs redact their values, and the debug page omits them. */
export const SECRETS: readonly string[] = [
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-csrf-token'],
  ...['access_token', 'refresh_token', 'id_token', 'token', 'code', 'password', 'secret'],
  ...['client_secret', 'api_key', 'apikey', 'key', 'signature', 'sig', 'state', 'session'],
]
