/** The error that reports all missing and invalid variables. */

/** One variable that is missing or invalid. It never contains the value, which may be a secret. */
export interface ConfigIssue {
  /** The name of the variable, with its prefix; empty if the environment as a whole is invalid. */
  readonly name: string
  /** The reason why it is invalid. */
  readonly message: string
}

/** The error if variables of the environment are missing or invalid. */
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
