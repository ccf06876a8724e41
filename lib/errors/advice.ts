/**
 * Advice for common errors, which are recognised by message or code. The errors of this package contain
 * their own advice.
 */

interface KnownError {
  /** Matches the code of the error, or its name and message. */
  readonly pattern: RegExp
  readonly advice: string
}

const KNOWN: readonly KnownError[] = [
  {
    pattern: /^ERR_MODULE_NOT_FOUND$/,
    advice:
      'Install the package, or correct the path. A relative import needs its ending, as in ./users.js.',
  },
  {
    pattern: /^ENOENT$/,
    advice:
      'The file is missing. A relative path begins where the process was started; new URL("./file", import.meta.url) begins at the module.',
  },
  {
    pattern: /^(?:EACCES|EPERM)$/,
    advice:
      'The user of this process lacks the permission for this. Change the owner or the mode of the file.',
  },
  {
    pattern: /^(?:ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH)$/,
    advice:
      'The other service does not answer at this address. Start it, or correct the host and port.',
  },
  {
    pattern: /^ReferenceError: (?:require|module|exports|__dirname|__filename) is not defined/,
    advice:
      'This is an ES module. Use import and export, and new URL(".", import.meta.url) for its folder.',
  },
  {
    pattern: /^TypeError: Cannot (?:read|set) properties of (?:undefined|null)/,
    advice:
      'The value before the dot is undefined or null. Look where it comes from: a missing await, a missing entry, another name. A handler gets only the request.',
  },
  {
    pattern: /^TypeError: .* is not a function/,
    advice:
      'The called value is not a function. Look at its import: a default import of a module with named exports gives another object.',
  },
  {
    pattern: /^TypeError: .* is not iterable/,
    advice:
      'A list is required here. Look for a missing await, or for an object in place of a list.',
  },
  {
    pattern: /^SyntaxError: .*\bJSON\b/,
    advice:
      'The text is not JSON. If it is the body of a request, read it by request.json(), which answers 400 if it is malformed.',
  },
  {
    pattern: /^RangeError: Maximum call stack size exceeded/,
    advice: 'A function calls itself endlessly. The same lines repeat in the stack below.',
  },
  {
    pattern: /^\w+: Body is unusable|body (?:used already|stream already read)/i,
    advice: 'A body can be read only once. Keep the result, or call clone() before reading.',
  },
]

/** Returns the advice for an error, or for the first of its causes that has one. */
export function adviceFor(chain: readonly unknown[]): string | undefined {
  for (const error of chain) {
    if (!(error instanceof Error)) continue
    const { code } = error as { code?: unknown }
    const text = `${error.name}: ${error.message}`
    const known = KNOWN.find(({ pattern }) => pattern.test(String(code)) || pattern.test(text))
    if (known !== undefined) return known.advice
  }
  return undefined
}
