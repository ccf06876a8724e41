/** The exception for requests whose values are invalid. */

import { type ExceptionContent, HTTPException } from '../exceptions.ts'
import type { HeadersInit } from '../http/headers.ts'
import { statusPhrase } from '../http/status.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustRange, wrong } from '../internal/must.ts'
import { brand } from '../types/brand.ts'
import { type Issue, type IssueInit, issueOf } from './issues.ts'
import { PROBLEM_TYPE, type ProblemDocument } from './problemdocument.ts'

export interface ValidationErrorOptions extends ErrorOptions {
  /** 400 to 499 (422). */
  status?: number
  /** One sentence for the client ('The request is invalid.'). */
  detail?: string
  /** More header fields of the response (none). */
  headers?: HeadersInit
}

/** The most issues that a response lists; it says how many more there are. */
const MOST_SHOWN = 100

/**
 * The answer to a request with invalid values: 422, with all that is wrong as a problem document
 * (RFC 9457) whose `errors` have a source, a path, a pointer and a message each.
 *
 * A response lists the first 100 issues; `omitted` is the number of the others.
 *
 * @throws TypeError if there is no issue, or one is invalid; RangeError if the status is not one of the
 * client's errors.
 * @example
 * throw new ValidationError([{ source: 'body', path: ['email'], message: 'This address is taken.' }])
 */
export class ValidationError extends HTTPException {
  static {
    brand(ValidationError, 'ValidationError')
  }

  /** All that is wrong. */
  readonly issues: readonly Issue[]

  constructor(issues: readonly IssueInit[], options: ValidationErrorOptions = {}) {
    knownOptions('ValidationError', options, 'status detail headers cause')
    const { status = 422, detail = 'The request is invalid.', headers = [], cause } = options
    const isClients = Number.isInteger(status) && status >= 400 && status <= 499
    const range = 'the status must be an integer from 400 to 499'
    mustRange('ValidationError', isClients, range, status, 'Leave it out for 422')
    if (!Array.isArray(issues) || issues.length === 0) {
      const what = 'the issues must be a list of at least one'
      throw wrong('ValidationError', what, issues, "Write [{ source: 'body', path, message }]")
    }
    super(status, detail, { headers, ...(cause === undefined ? {} : { cause }) })
    this.issues = Object.freeze(issues.map(issueOf))
  }

  /** The problem document of the answer. */
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
