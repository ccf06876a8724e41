/** Checks the keys of the three scopes, as defined in `types.ts`. */
import { isHeaderName } from '../../http/headers.ts'
import type { ConnectionScope, Scope } from '../../types.ts'
import { describe, isObject, LintError } from './faults.ts'
import {
  checkKeys,
  FUNCTION,
  HEADERS,
  optional,
  RECORD,
  type Rule,
  rule,
  TEXT,
  TEXTS,
} from './keys.ts'

type Rules = Readonly<Record<string, Rule>>

const ASGI: Rule = rule(
  "{ version: '3.0', specVersion: '…' }",
  (value) =>
    isObject(value) && value['version'] === '3.0' && typeof value['specVersion'] === 'string',
)

/** Raw text from the network. Only visible ASCII is allowed, so a decoded path is detected. */
const WIRE_TEXT: Rule = rule(
  'raw text in visible ASCII, as received',
  (value) => typeof value === 'string' && /^[\x21-\x7e]*$/.test(value),
)

const RAW_PATH: Rule = (value) =>
  WIRE_TEXT(value) ??
  rule('the path without its query', (path) => !String(path).includes('?'))(value)

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
}

const CLIENT: Rule = rule(
  '{ host: text, port: number } or null',
  (value) =>
    value === null ||
    (isObject(value) && typeof value['host'] === 'string' && isPort(value['port'])),
)

const SERVER: Rule = rule(
  '{ host: text, port: number or null } or null',
  (value) =>
    value === null ||
    (isObject(value) &&
      typeof value['host'] === 'string' &&
      (value['port'] === null || isPort(value['port']))),
)

const USER: Rule = rule(
  '{ isAuthenticated: boolean, displayName: text }',
  (value) =>
    isObject(value) &&
    typeof value['isAuthenticated'] === 'boolean' &&
    typeof value['displayName'] === 'string',
)

const AUTH: Rule = rule(
  '{ scopes: a list of texts }',
  (value) => isObject(value) && TEXTS(value['scopes']) === undefined,
)

function isBodyLimit(value: unknown): boolean {
  return isObject(value) && typeof value['maxSize'] === 'number' && value['maxSize'] >= 0
}

function oneOf(...texts: readonly string[]): Rule {
  const list = texts.map((text) => `"${text}"`).join(' or ')
  return rule(list, (value) => texts.includes(String(value)) && typeof value === 'string')
}

const TRANSPORT: Rule = optional(
  rule(
    '{ send: a function, started: a boolean }',
    (value) =>
      isObject(value) &&
      typeof value['send'] === 'function' &&
      typeof value['started'] === 'boolean',
  ),
)

const OVERRIDES: Rule = optional(rule('a Map', (value) => value instanceof Map))

const CONNECTION: Rules = {
  asgi: ASGI,
  httpVersion: oneOf('1.0', '1.1', '2'),
  path: TEXT,
  rawPath: RAW_PATH,
  queryString: WIRE_TEXT,
  rootPath: TEXT,
  headers: HEADERS,
  client: CLIENT,
  server: SERVER,
  state: optional(RECORD),
  extensions: optional(RECORD),
  appRootPath: optional(TEXT),
  mountPath: optional(TEXT),
  app: optional(FUNCTION),
  router: optional(FUNCTION),
  route: optional(FUNCTION),
  pathParams: optional(RECORD),
  maxBodySize: optional(
    rule('a number of bytes', (value) => typeof value === 'number' && value >= 0),
  ),
  bodyLimit: optional(rule('an object with a maxSize', isBodyLimit)),
  settings: optional(RECORD),
  user: optional(USER),
  auth: optional(AUTH),
  outcome: optional(RECORD),
  overrides: OVERRIDES,
  onDisconnect: optional(FUNCTION),
  onDraining: optional(FUNCTION),
  transport: TRANSPORT,
}

const METHOD: Rule = rule(
  'a method in upper case',
  (value) => typeof value === 'string' && /^[!#$%&'*+\-.^_`|~0-9A-Z]+$/.test(value),
)

/** Tokens without duplicates (RFC 6455 section 4.1). */
const SUBPROTOCOLS: Rule = (value) =>
  TEXTS(value) ??
  rule(
    'a list of different tokens',
    (list) => Array.isArray(list) && list.every(isHeaderName) && new Set(list).size === list.length,
    'The server refuses handshakes that offer others.',
  )(value)

const SCOPES: Readonly<Record<string, Rules>> = {
  http: { method: METHOD, scheme: oneOf('http', 'https'), ...CONNECTION },
  websocket: { scheme: oneOf('ws', 'wss'), ...CONNECTION, subprotocols: SUBPROTOCOLS },
  lifespan: { asgi: ASGI, state: optional(RECORD), overrides: OVERRIDES },
}

/** The extensions of the contract; others are not checked. */
const EXTENSIONS = [
  'http.response.trailers',
  'http.response.early_hint',
  'http.response.pathsend',
  'http.response.debug',
  'websocket.http.response',
]

const ADVICE = 'Servers make scopes, and middleware outside may have changed this one.'

/**
 * Checks a scope; a scope of an unknown type passes.
 *
 * @throws LintError that names the invalid key.
 */
export function checkScope(scope: unknown): void {
  if (!isObject(scope) || typeof scope['type'] !== 'string') {
    throw new LintError(
      `the scope must be an object with a "type", ${describe(isObject(scope) ? scope['type'] : scope)} was given. Call the app with (scope, receive, send).`,
    )
  }
  const type = scope['type']
  const rules = Object.hasOwn(SCOPES, type) ? SCOPES[type] : undefined
  if (rules === undefined) return
  checkKeys(`the ${type} scope`, scope, rules, ADVICE)
  const extensions = scope['extensions']
  if (!isObject(extensions)) return
  const known = EXTENSIONS.map((name): [string, Rule] => [name, optional(RECORD)])
  checkKeys(`the ${type} scope's extensions`, extensions, Object.fromEntries(known), ADVICE)
}

/** Returns the names of the extensions that a scope offers. They do not change, so they are read once. */
export function offersOf(scope: Scope): readonly string[] {
  const { extensions = {} } = scope as Partial<ConnectionScope>
  return Object.keys(extensions).filter((name) => extensions[name] !== undefined)
}

/** Whether a message type belongs to an offered extension. */
export function isOffered(type: string, offers: readonly string[]): boolean {
  return offers.some((name) => type === name || type.startsWith(`${name}.`))
}
