/** The exception for requests whose values are invalid. */

import { type ExceptionContent, HTTPException } from '../exceptions.ts'
import type { HeadersInit } from '../http/headers.ts'
import { statusPhrase } from '../http/status.ts'
import { checkRange, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { brand } from '../types/brand.ts'
import { type Issue, type IssueInit, issueOf } from './issues.ts'
import { PROBLEM_TYPE, type ProblemDocument } from './problemdocument.ts'

export interface ValidationErrorOptions extends ErrorOptions {
  /** The status, 400 to 499 (422). */
  status?: number
  /** The detail for the client, one sentence ('The request is invalid.'). */
  detail?: string
  /** More header fields of the response (none). */
  headers?: HeadersInit
}

/** The maximum number of issues in a response. */
const MOST_SHOWN = 100

/**
 * The exception for a request with invalid values. Its response has the status 422 and is a problem
 * document (RFC 9457). Each of the `errors` in it has a source, a path, a pointer and a message.
 *
 * A response lists the first 100 issues; `omitted` is the number of the others.
 *
 * @throws TypeError if there is no issue, or an issue is invalid; RangeError if the status is not from 400
 * to 499.
 * @example
 * throw new ValidationError([{ source: 'body', path: ['email'], message: 'This address is taken.' }])
 */
export class ValidationError extends HTTPException {
  static {
    brand(ValidationError, 'ValidationError')
  }

  /** All issues. */
  readonly issues: readonly Issue[]

  constructor(issues: readonly IssueInit[], options: ValidationErrorOptions = {}) {
    knownOptions('ValidationError', options, 'status detail headers cause')
    const { status = 422, detail = 'The request is invalid.', headers = [], cause } = options
    const isClients = Number.isInteger(status) && status >= 400 && status <= 499
    const range = 'the status must be an integer from 400 to 499'
    checkRange('ValidationError', isClients, range, status, 'Leave it out for 422')
    if (!Array.isArray(issues) || issues.length === 0) {
      const what = 'the issues must be a list of at least one'
      throw invalid('ValidationError', what, issues, "Write [{ source: 'body', path, message }]")
    }
    super(status, detail, { headers, ...(cause === undefined ? {} : { cause }) })
    this.issues = Object.freeze(issues.map(issueOf))
  }

  /** The problem document of the response. */
  get document(): ProblemDocument {
    const { status, detail, issues } = this
    const omitted = issues.length - MOST_SHOWN
    return {
      type: 'about:blank',
      title: statusPhrase(status) ?? detail,
      status,
      detail,
      errors: issues.slice(0, MOST_SHOWN),
      ...(omitted > 0 ? { omitted } : {}),
    }
  }

  override content(): ExceptionContent {
    return { mediaType: PROBLEM_TYPE, text: JSON.stringify(this.document) }
  }
}
