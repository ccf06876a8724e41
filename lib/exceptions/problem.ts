/** Problems: exceptions that are answered by a document, and the schema of such documents. */

import { type ExceptionContent, HTTPException } from '../exceptions.ts'
import type { HeadersInit } from '../http/headers.ts'
import { statusPhrase } from '../http/status.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, mustRange, shown } from '../internal/must.ts'
import { brand } from '../types/brand.ts'
import type { StandardProps } from '../types/schemas.ts'
import {
  PROBLEM_TYPE,
  type ProblemDocument,
  problemJSONSchema,
  validateProblem,
} from './problemdocument.ts'

export interface ProblemInit {
  /** The status of the response, 400 to 599. */
  status: number
  /** A short text that is the same for all problems of this type (the reason phrase). */
  title?: string
  /** What is wrong this time (none). */
  detail?: string
  /** A URI that identifies the kind of problem, best of a page about it ('about:blank'). */
  type?: string
  /** A URI that identifies this occurrence (none). */
  instance?: string
  /** More header fields of the response (none). */
  headers?: HeadersInit
  /** Further members of the document; names of letters, digits and `_` are the best. */
  [extension: string]: unknown
}

export interface ProblemOptions extends ErrorOptions {
  /** The `message` for logs, if clients must not read it (the detail, or the title). */
  message?: string
}

/**
 * A problem (RFC 9457) to throw: it is answered with its document as `application/problem+json`.
 *
 * It is a Standard Schema of such documents too, so `responses: { 404: Problem }` says that an operation
 * may answer with one.
 *
 * @throws RangeError if the status is not from 400 to 599, or has no reason phrase and the title is
 * missing; TypeError if a member has no JSON form, or the type, title, detail or instance is not text.
 * @example
 * throw new Problem({
 *   status: 403,
 *   type: 'https://example.org/problems/out-of-credit',
 *   title: 'You do not have enough credit.',
 *   detail: 'Your balance is 30, but that costs 50.',
 *   balance: 30,
 * })
 */
export class Problem extends HTTPException {
  static {
    brand(Problem, 'Problem')
  }

  /** The media type that a document of this schema is sent as. */
  static readonly mediaType: string = PROBLEM_TYPE

  /** The schema of problem documents. */
  static readonly '~standard': StandardProps<ProblemDocument> = {
    version: 1,
    vendor: 'stellula',
    validate: validateProblem,
    jsonSchema: { input: problemJSONSchema, output: problemJSONSchema },
  }

  /** The document of the answer. */
  readonly document: ProblemDocument

  constructor(init: ProblemInit, options: ProblemOptions = {}) {
    knownOptions('Problem', options, 'message cause')
    must(
      'Problem',
      isObject(init),
      'it takes an object',
      init,
      'Write new Problem({ status: 404 })',
    )
    const { headers, status, title, detail, type = 'about:blank', instance, ...extensions } = init
    const isError = Number.isInteger(status) && status >= 400 && status <= 599
    const range = 'the status must be an integer from 400 to 599'
    mustRange('Problem', isError, range, status, 'Return a response where nothing is wrong')
    const named = title ?? statusPhrase(status)
    const hasTitle = named !== undefined
    mustRange('Problem', hasTitle, 'the status must have a reason phrase', status, 'Pass a title')
    for (const [name, text] of Object.entries({ title: named, type, detail, instance })) {
      const isText = text === undefined || typeof text === 'string'
      must('Problem', isText, `the ${name} must be text`, text, 'Put other values into extensions')
    }
    const message = options.message ?? detail ?? named
    super(status, detail ?? named, { ...options, message, headers: headers ?? [] })
    this.document = Object.freeze({
      type,
      title: named,
      status,
      ...(detail === undefined ? {} : { detail }),
      ...(instance === undefined ? {} : { instance }),
      ...extensions,
    })
    assertJSON(this.document)
  }

  override content(): ExceptionContent {
    return { mediaType: PROBLEM_TYPE, text: JSON.stringify(this.document) }
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tells a mistake where the problem is made, since it could not be answered later. */
function assertJSON(document: ProblemDocument): void {
  try {
    JSON.stringify(document)
  } catch (cause) {
    const names = shown(Object.keys(document))
    throw new TypeError(
      `Problem: its members must have a JSON form, ${names} were given. Turn bigints into text, and leave out what refers to itself.`,
      { cause },
    )
  }
}
