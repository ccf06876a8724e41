/** What is wrong with the environment, all of it in one error. */

/** One variable that is missing or invalid. It never holds the value, which may be a secret. */
export interface ConfigIssue {
  /** The name of the variable, with its prefix; empty if the environment as a whole is invalid. */
  readonly name: string
  /** What is wrong with it. */
  readonly message: string
}

/** Variables of the environment are missing or invalid. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** Each variable that is missing or invalid. */
  readonly issues: readonly ConfigIssue[]

  constructor(where: string, issues: readonly ConfigIssue[], options?: ErrorOptions) {
    const lines = issues.map(({ name, message }) =>
      `${name === '' ? 'The environment' : name} ${message}`.trimEnd(),
    )
    const text =
      lines.length === 1
        ? `${where}: ${lines[0]}`
        : `${where}: ${lines.length} variables are missing or invalid.\n${lines.map((line) => `- ${line}`).join('\n')}`
    super(text, options)
    this.issues = issues
  }
}
