/** Builds and checks the value of `Content-Security-Policy`, with a placeholder for the nonce. */

import { check } from '../../internal/checks.ts'

/**
 * A placeholder for the nonce of the request in a list of sources. `cspNonce(request)` returns the nonce.
 */
export const NONCE = "'nonce-'"

/**
 * Directives by camelCase name. A value is a list of sources as in the policy (`"'self'"` with its quotes,
 * `'https:'` without), `true` for a directive without sources, or `false` to remove the directive.
 */
export type CSPDirectives = {
  readonly [Name in CSPDirectiveName]?: readonly string[] | boolean
}

/** The name of a directive in camelCase. */
export type CSPDirectiveName = (typeof NAMES)[number]

const NAMES = [
  'baseUri',
  'childSrc',
  'connectSrc',
  'defaultSrc',
  'fencedFrameSrc',
  'fontSrc',
  'formAction',
  'frameAncestors',
  'frameSrc',
  'imgSrc',
  'manifestSrc',
  'mediaSrc',
  'objectSrc',
  'reportTo',
  'reportUri',
  'requireTrustedTypesFor',
  'sandbox',
  'scriptSrc',
  'scriptSrcAttr',
  'scriptSrcElem',
  'styleSrc',
  'styleSrcAttr',
  'styleSrcElem',
  'trustedTypes',
  'upgradeInsecureRequests',
  'workerSrc',
] as const

/** Allows the site's origin; images and fonts also from data URLs, styles and fonts also over https. */
export const DEFAULT_DIRECTIVES: CSPDirectives = {
  defaultSrc: ["'self'"],
  baseUri: ["'self'"],
  fontSrc: ["'self'", 'https:', 'data:'],
  formAction: ["'self'"],
  frameAncestors: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  scriptSrc: ["'self'"],
  scriptSrcAttr: ["'none'"],
  styleSrc: ["'self'", 'https:', "'unsafe-inline'"],
  upgradeInsecureRequests: true,
}

/** A policy, ready to send. */
export interface Policy {
  readonly usesNonce: boolean
  /** The value of the field for a request with this nonce. */
  readonly value: (nonce: string) => string
}

/**
 * Overrides the defaults with directives. `false` removes a directive.
 *
 * @throws TypeError if a directive is unknown or a source is invalid.
 */
export function policyOf(directives: CSPDirectives): Policy {
  const given = Object.entries(directives).filter(([, sources]) => sources !== undefined)
  const merged = Object.entries({ ...DEFAULT_DIRECTIVES, ...Object.fromEntries(given) })
  const texts = merged.flatMap(([name, sources]) => directiveText(name, sources))
  // Sources cannot contain NUL, so it marks the place of the nonce.
  const [first = '', ...rest] = texts.join('; ').split('\0')
  const value = (nonce: string): string => [first, ...rest].join(`'nonce-${nonce}'`)
  return rest.length === 0 ? { usesNonce: false, value: () => first } : { usesNonce: true, value }
}

function directiveText(name: string, sources: readonly string[] | boolean | undefined): string[] {
  check(
    'secureHeaders',
    NAMES.some((known) => known === name),
    'unknown directive of the content security policy',
    name,
    'Write its name in camelCase, such as scriptSrc',
  )
  if (sources === false) return []
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (sources === true) return [kebab]
  check(
    'secureHeaders',
    Array.isArray(sources) && sources.length > 0,
    `${name} must be a list of sources`,
    sources,
    'Write ["\'none\'"] to allow nothing, false to leave it out',
  )
  return [[kebab, ...sources.map((source) => sourceText(name, source))].join(' ')]
}

const BARE_KEYWORD =
  /^(?:self|none|unsafe-[a-z]+|strict-dynamic|report-sample|wasm-unsafe-eval|inline-speculation-rules|(?:nonce|sha256|sha384|sha512)-.*)$/i

function sourceText(name: string, source: unknown): string {
  if (source === NONCE) return '\0'
  check(
    'secureHeaders',
    typeof source === 'string' && /^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/.test(source),
    `a source of ${name} must be text without spaces, commas and semicolons`,
    source,
    'Give each source on its own',
  )
  const isQuoted = !BARE_KEYWORD.test(source)
  const fix = `Write "'${source}'"`
  check('secureHeaders', isQuoted, `a keyword of ${name} must be quoted`, source, fix)
  return source
}
