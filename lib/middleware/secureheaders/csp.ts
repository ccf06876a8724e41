/** Builds the value of `Content-Security-Policy`, checked, with a place for the nonce of a request. */

/** Stands in a list of sources for the nonce of the request, which `cspNonce(request)` tells. */
export const NONCE = "'nonce-'"

/**
 * Directives by name in camelCase: their sources, as the policy has them (`"'self'"` with its quotes,
 * `'https:'` without), `true` for a directive without any, `false` for none.
 */
export type CSPDirectives = {
  readonly [Name in CSPDirectiveName]?: readonly string[] | boolean
}

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

/** Everything from the own site, images and fonts from data too, styles and fonts from https. */
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

/** A policy, ready to be sent. */
export interface Policy {
  readonly usesNonce: boolean
  /** The value of the field, for a request with this nonce. */
  readonly value: (nonce: string) => string
}

/**
 * Puts directives over the defaults; `false` takes one away.
 *
 * @throws TypeError for a directive that is none, and sources that would not do what they look like.
 */
export function policyOf(directives: CSPDirectives): Policy {
  const given = Object.entries(directives).filter(([, sources]) => sources !== undefined)
  const merged = Object.entries({ ...DEFAULT_DIRECTIVES, ...Object.fromEntries(given) })
  const texts = merged.flatMap(([name, sources]) => directiveText(name, sources))
  // No source has a NUL in it, so that it can keep the nonce's place.
  const [first = '', ...rest] = texts.join('; ').split('\0')
  const value = (nonce: string): string => [first, ...rest].join(`'nonce-${nonce}'`)
  return rest.length === 0 ? { usesNonce: false, value: () => first } : { usesNonce: true, value }
}

function directiveText(name: string, sources: readonly string[] | boolean | undefined): string[] {
  if (!NAMES.some((known) => known === name)) {
    throw new TypeError(
      `secureHeaders: a directive of the content security policy must be known, ${JSON.stringify(name)} was given. Write its name in camelCase, such as scriptSrc.`,
    )
  }
  if (sources === false) return []
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (sources === true) return [kebab]
  if (!Array.isArray(sources) || sources.length === 0) {
    throw new TypeError(
      `secureHeaders: ${name} must be a list of sources, ${JSON.stringify(sources)} was given. Write ["'none'"] to allow nothing, false to leave it out.`,
    )
  }
  return [[kebab, ...sources.map((source) => sourceText(name, source))].join(' ')]
}

const BARE_KEYWORD =
  /^(?:self|none|unsafe-[a-z]+|strict-dynamic|report-sample|wasm-unsafe-eval|inline-speculation-rules|(?:nonce|sha256|sha384|sha512)-.*)$/i

function sourceText(name: string, source: unknown): string {
  if (source === NONCE) return '\0'
  if (typeof source !== 'string' || !/^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/.test(source)) {
    throw new TypeError(
      `secureHeaders: a source of ${name} must be text without spaces, commas and semicolons, ${JSON.stringify(source)} was given. Give each source on its own.`,
    )
  }
  if (BARE_KEYWORD.test(source)) {
    throw new TypeError(
      `secureHeaders: a keyword of ${name} must be quoted, ${source} was given. Write "'${source}'".`,
    )
  }
  return source
}
