/** Header fields and query parameters that carry credentials. */

/** Their names in lower case. Logs and the debug page redact their values. */
export const SECRETS: readonly string[] = [
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-csrf-token'],
  ...['access_token', 'refresh_token', 'id_token', 'token', 'code', 'password', 'secret'],
  ...['client_secret', 'api_key', 'apikey', 'key', 'signature', 'sig', 'state', 'session'],
]

const SECRET_WORD = /token|secret|passw|session|api.?key|credential|signature|jwt|auth|sid$/i

/** Whether a name suggests a credential, even if it is not in the list. */
export function isSecret(name: string): boolean {
  return SECRETS.includes(name.toLowerCase()) || SECRET_WORD.test(name)
}
